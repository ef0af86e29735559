// What the worker answers when Python is there: pictures, and the checker's verdicts.

export function answerWith(ready) {
  let last = Promise.resolve();
  addEventListener("message", ({ data }) => {
    if (!("figure" in data || "number" in data)) return;
    last = last
      .then(async () => answer(await ready, data))
      .catch((error) => postMessage({ failed: String(error) }));
  });
}

function answer(python, { figure, name, values, shown, number, asks, code }) {
  if (number === undefined) {
    const told = [values, shown ?? null].map((each) => JSON.stringify(each));
    const drawn = python.pyimport("draw").draw(name, ...told);
    postMessage({ figure, values, ...JSON.parse(drawn) });
  } else {
    const judge = python.pyimport("judge");
    postMessage({ begun: number }); // the clock of an answer starts here
    const said = asks === "mark" ? judge.mark(number, code) : judge[asks](number);
    postMessage({ number, ...JSON.parse(said) });
  }
}
