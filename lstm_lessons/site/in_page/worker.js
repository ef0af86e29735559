// The worker in which Python runs, as the page starts it.

export function startPython() {
  return new Worker(new URL("python.js", import.meta.url), { type: "module" });
}
