// Exercises that the page judges itself, with the course's own checker, in a worker of their own.
// The cells of the notebook stay where they are until Python is asked for something.

import { keep, make, recall } from "./shared.js";
import { startPython } from "./worker.js";

const SECONDS = 10; // that an answer may take
const boxes = new Map();
let worker = null;
let clock = null;

for (const box of document.querySelectorAll(".ll-exercise")) boxes.set(box.dataset.exercise, exercise(box));

function exercise(box) {
  const { number, given } = JSON.parse(box.querySelector("script").textContent);
  const kept = `lstm-lessons answer ${number}`;
  const area = make("textarea", { spellcheck: "false", autocapitalize: "off", rows: lines(given) });
  area.value = recall(kept) ?? given;
  area.addEventListener("input", () => {
    area.rows = lines(area.value);
    keep(kept, area.value);
  });
  const label = make("label", {}, `Your answer to ${number}`);
  label.append(area);
  const said = make("div", { class: "ll-said", role: "status" });
  const row = make("div", { class: "ll-buttons" });
  const asked = (asks) => () => ask(number, asks, area.value);
  row.append(
    button("Check", asked("mark")),
    button("Hint", asked("hint")),
    button("Solution", asked("solution")),
    button("Start again", () => {
      if (area.value !== given && !confirm("Put back what stood there? Your answer goes.")) return;
      area.value = given;
      area.dispatchEvent(new Event("input"));
      said.replaceChildren();
    }),
  );
  box.append(label, row, said);
  // The cells that it stands for: what was given, and the check.
  const check = box.closest(".cell");
  for (const cell of [check.previousElementSibling, check.querySelector(".cell_input")]) {
    if (cell) cell.hidden = true;
  }
  return {
    tell(html, printed) {
      said.innerHTML = html;
      if (printed) said.prepend(make("pre", {}, printed));
    },
    busy(is) {
      for (const each of row.children) each.disabled = is;
    },
  };
}

function ask(number, asks, code) {
  if (typeof WebAssembly === "undefined") return everywhere("This page cannot run Python here.");
  worker ??= begin();
  if (!worker) return everywhere("This page cannot run Python here. Jupyter can.");
  for (const each of boxes.values()) each.busy(true);
  boxes.get(number).tell(line("Python is on its way."));
  worker.postMessage({ number, asks, code });
}

function begin() {
  let made;
  try {
    made = startPython();
  } catch {
    return null;
  }
  made.addEventListener("error", (event) => everywhere(`Python did not come: ${event.message}`));
  made.addEventListener("message", ({ data }) => {
    if (data.failed) everywhere(`Python did not come: ${data.failed}`);
    else if (data.begun) clock = setTimeout(() => late(data.begun), SECONDS * 1000);
    else {
      rest();
      boxes.get(data.number).tell(data.html, data.printed);
    }
  });
  return made;
}

// A loop that never ends is ended with the worker; the next check gets a new one.
function late(number) {
  worker.terminate();
  worker = null;
  rest();
  const words =
    `Your code was still running after ${SECONDS} seconds, and was stopped. Look for a loop that ` +
    "never ends: what should stop it, and does that ever happen?";
  boxes.get(number).tell(line(words));
}

function everywhere(words) {
  worker?.terminate();
  worker = null;
  rest();
  for (const each of boxes.values()) each.tell(line(words));
}

function rest() {
  clearTimeout(clock);
  for (const each of boxes.values()) each.busy(false);
}

function line(words) {
  return make("p", {}, words).outerHTML;
}

function lines(text) {
  return text.split("\n").length + 1;
}

function button(words, does) {
  const made = make("button", { type: "button" }, words);
  made.addEventListener("click", does);
  return made;
}
