// The worker in which Python runs: Pyodide, and of the course what pictures and the checker need.

const here = new URL(".", import.meta.url);
const ready = begin();

async function begin() {
  const { loadPyodide } = await import(new URL("pyodide/pyodide.mjs", here).href);
  const [python, course] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", here).href }),
    fetch(new URL("course.zip", here)).then((answer) => {
      if (!answer.ok) throw new Error(`course.zip: ${answer.status}`);
      return answer.arrayBuffer();
    }),
  ]);
  python.unpackArchive(course, "zip");
  return python;
}

let last = Promise.resolve();

addEventListener("message", ({ data }) => {
  last = last.then(() => answer(data)).catch((error) => postMessage({ failed: String(error) }));
});

async function answer({ figure, name, values, number, asks, code }) {
  const python = await ready;
  if (number === undefined) {
    const drawn = python.pyimport("draw").draw(name, JSON.stringify(values));
    postMessage({ figure, values, ...JSON.parse(drawn) });
  } else {
    const judge = python.pyimport("judge");
    postMessage({ begun: number }); // the clock of an answer starts here
    const said = asks === "mark" ? judge.mark(number, code) : judge[asks](number);
    postMessage({ number, ...JSON.parse(said) });
  }
}
