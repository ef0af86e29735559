// The worker in which Python runs: Pyodide, and of the course what pictures and the checker need.

import { answerWith } from "./answers.js";

const here = new URL(".", import.meta.url);
answerWith(begin());

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
