// Stands in for the site's own: a page that was opened as a file may start a worker only from a text
// that it has, and may fetch nothing. So Python comes as a script, once, and is handed to the worker.

import { make } from "./shared.js";

export function startPython() {
  const worker = new Worker(URL.createObjectURL(new Blob([PYTHON], { type: "text/javascript" })));
  const script = make("script", { src: "static/python.js" });
  script.addEventListener("load", () => worker.postMessage({ files: unpacked() }));
  script.addEventListener("error", () => {
    worker.dispatchEvent(new ErrorEvent("error", { message: "static/python.js is not there" }));
  });
  document.body.append(script);
  return worker;
}

function unpacked() {
  const files = {};
  for (const [name, text] of Object.entries(window.pythonFiles)) {
    files[name] = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }
  delete window.pythonFiles;
  return files;
}
