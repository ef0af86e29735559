// The worker in which Python runs: from files that the page hands over, for it may fetch none.

import { answerWith } from "./answers.js";

// A worker that is made of a text is of the older kind, in which Pyodide does not run: it tells the
// two apart by this function, which refuses in the newer kind.
self.importScripts = () => {
  throw new TypeError("modules only");
};

answerWith(
  new Promise((resolve, reject) => {
    addEventListener("message", ({ data }) => {
      if (data.files) begin(data.files).then(resolve, reject);
    });
  }),
);

async function begin(files) {
  const kinds = { wasm: "application/wasm", mjs: "text/javascript", json: "application/json" };
  const type = (name) => kinds[name.split(".").pop()] ?? "application/octet-stream";
  const load = (name) => import(URL.createObjectURL(new Blob([files[name]], { type: type(name) })));
  self.fetch = async (address) => {
    const name = String(address.url ?? address).split("/").pop();
    return new Response(files[name], { headers: { "Content-Type": type(name) } });
  };
  const [{ loadPyodide }, { default: createPyodideModule }] = [
    await load("pyodide.mjs"),
    await load("pyodide.asm.mjs"),
  ];
  const python = await loadPyodide({ indexURL: "https://files.invalid/", createPyodideModule });
  python.unpackArchive(files["course.zip"].buffer, "zip");
  return python;
}
