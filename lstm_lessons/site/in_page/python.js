// The worker in which Python draws: Pyodide, and of the course what pictures need.

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
  return python.runPython("from draw import draw; draw");
}

let last = Promise.resolve();

addEventListener("message", ({ data }) => {
  last = last.then(() => answer(data)).catch((error) => postMessage({ failed: String(error) }));
});

async function answer({ figure, name, values }) {
  const draw = await ready;
  postMessage({ figure, values, ...JSON.parse(draw(name, JSON.stringify(values))) });
}
