// The controls of each explorer, and its picture, which Python draws in a worker.
// The still picture is there from the start. Python comes when the page is at rest or a control
// is first touched; a page that cannot have it keeps the picture, and says so.

import { Ahead } from "./ahead.js";
import { carryOut, changes, parsed } from "./redraw.js";
import { make } from "./shared.js";
import { startPython } from "./worker.js";

const figures = [...document.querySelectorAll("figure.ll-explorer")];
const PLAY_MS = 400;
const REST_MS = 150; // how long a control rests until its value stands in the address
let worker = null;
let failed = null;

if (figures.length) {
  const explorers = figures.map(explorer);
  const wake = () => explorers.forEach((each) => each.start());
  if (document.readyState === "complete") rest(wake);
  else addEventListener("load", () => rest(wake));
}

function rest(then) {
  if (navigator.connection?.saveData) return; // then a touch of a control starts it
  (window.requestIdleCallback ?? ((each) => setTimeout(each, 1000)))(then, { timeout: 4000 });
}

// One Python for all explorers of a page. What is asked is answered in order.
function python() {
  if (worker || failed) return worker;
  if (typeof WebAssembly === "undefined") {
    failed = "no WebAssembly";
    return null;
  }
  try {
    worker = startPython();
  } catch (error) {
    failed = error;
    return null;
  }
  worker.addEventListener("error", (event) => fail(event.message));
  worker.addEventListener("message", ({ data }) => {
    if (data.failed) fail(data.failed);
    else figures[data.figure].dispatchEvent(new CustomEvent("drawn", { detail: data }));
  });
  return worker;
}

function fail(reason) {
  failed = reason || "no reason given";
  worker?.terminate();
  worker = null;
  for (const each of figures) each.dispatchEvent(new CustomEvent("nopython"));
}

function explorer(figure, index) {
  const told = JSON.parse(figure.querySelector("script").textContent);
  const picture = figure.querySelector(".ll-picture");
  const alone = figures.length === 1;
  const values = Object.fromEntries(told.controls.map((row) => [row.name, row.value]));
  const setters = {};
  const ahead = new Ahead();
  let shown = null; // the picture that Python drew last, with its values and words
  let asked = null; // the one that is being drawn: early, if nobody waits for it; beside which other
  let stale = false; // another one is wanted after it
  let held = false; // a control is being dragged: then what comes next is anybody's guess
  let awake = false;
  let playing = null;
  let unwritten = null; // the timer of an address

  const controls = make("div", { class: told.side_by_side ? "ll-controls ll-columns" : "ll-controls" });
  for (const row of told.controls) controls.append(control(row));
  const presets = make("div", { class: "ll-presets", role: "group", "aria-label": "Try these" });
  for (const [name, wanted] of Object.entries(told.presets)) {
    const button = make("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      stop();
      set(wanted);
    });
    presets.append(button);
  }
  const status = make("p", { class: "ll-status", role: "status" });
  const words = make("details", { class: "ll-words" });
  const said = make("p", {}, picture.querySelector("img")?.alt ?? "");
  words.append(make("summary", {}, "The picture in words"), said);
  figure.prepend(controls, ...(presets.children.length ? [presets] : []));
  figure.append(status, words);
  if (alone) for (const [name, value] of Object.entries(fromAddress())) setters[name](value);

  new ResizeObserver(() => {
    const scrolls = picture.scrollWidth > picture.clientWidth + 1; // with keys, too
    picture.tabIndex = scrolls ? 0 : -1;
    picture.role = scrolls ? "group" : null;
    picture.ariaLabel = scrolls ? "The picture: scroll it with the arrow keys" : null;
  }).observe(picture);

  figure.addEventListener("pointerdown", () => {
    held = true;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      held = false;
      look();
    });
  }
  figure.addEventListener("drawn", ({ detail }) => {
    const { early, beside } = asked;
    asked = null;
    if (!early) show(detail);
    else if (beside === shown) ahead.keep({ ...detail, steps: stepsTo(detail) });
    if (stale) draw();
    else soon();
  });
  figure.addEventListener("nopython", () => {
    asked = null;
    stop();
    for (const each of figure.querySelectorAll("input, select, button")) each.disabled = true;
    status.textContent =
      "Here the picture stands still: what draws it cannot run in this page. " +
      "In Jupyter the controls move it.";
  });

  function start() {
    if (awake) return;
    draw();
  }

  function draw() {
    awake = true;
    const ready = asked && !asked.early ? undefined : ahead.take(values);
    stale = !ready && asked !== null;
    if (ready) show(ready);
    else if (!stale) ask({ ...values });
    soon();
  }

  // What is shown is painted first: on two cores Python would slow that down.
  function soon() {
    requestAnimationFrame(() => requestAnimationFrame(look));
  }

  // While nobody waits, have the next pictures drawn.
  function look() {
    const next = shown && !asked && !held ? ahead.wanted(values) : undefined;
    if (next) ask(next, true);
  }

  function ask(wanted, early = false) {
    const asks = python();
    if (!asks) {
      figure.dispatchEvent(new CustomEvent("nopython"));
      return;
    }
    if (!shown) status.textContent = "Python is on its way: the controls will move.";
    asked = { early, beside: shown };
    const name = figure.dataset.explorer;
    asks.postMessage({ figure: index, name, values: wanted, shown });
  }

  function stepsTo({ svg }) {
    return changes(picture, parsed(svg));
  }

  function show(drawn) {
    carryOut(drawn.steps ?? stepsTo(drawn));
    said.textContent = drawn.alt;
    status.textContent = drawn.wrong.join(" ") || drawn.said;
    status.classList.toggle("ll-wrong", drawn.wrong.length > 0);
    figure.dataset.drawn = JSON.stringify(drawn.values);
    shown = { settled: drawn.settled, alt: drawn.alt };
    ahead.shown();
  }

  function set(wanted) {
    for (const [name, value] of Object.entries(wanted)) setters[name](value);
    draw();
    if (alone) soonInAddress();
  }

  function control(row) {
    const id = `ll-${index}-${row.name}`;
    const line = make("div", { class: "ll-control" });
    const shown = make("output", { for: id });
    const input = row.kind === "choice" ? make("select", { id }) : make("input", { id });
    if (row.kind === "range") {
      input.type = "range";
      Object.assign(input, { min: row.low, max: row.high, step: row.step });
    } else if (row.kind === "choice") {
      for (const option of row.options) input.append(make("option", {}, option));
    } else {
      Object.assign(input, { type: "text", maxLength: row.most, spellcheck: false });
      input.autocomplete = "off";
    }
    setters[row.name] = (value) => {
      const before = values[row.name];
      input.value = value;
      values[row.name] = row.kind === "range" ? Number(input.value) : input.value;
      if (values[row.name] !== before) ahead.use(row, before, values[row.name]);
      shown.textContent = row.kind === "range" ? input.value : "";
    };
    setters[row.name](row.value);
    input.addEventListener("focus", () => {
      ahead.use(row, values[row.name], values[row.name]);
      look();
    });
    input.addEventListener("input", () => {
      if (playing) stop();
      set({ [row.name]: input.value });
    });
    line.append(make("label", { for: id }, row.label), input, shown);
    if (row.name === told.play) line.append(player(row));
    return line;
  }

  function player(row) {
    const button = make("button", { type: "button", class: "ll-play" }, "play");
    button.setAttribute("aria-label", `play: ${row.label}`);
    button.addEventListener("click", () => {
      if (playing) return stop();
      if (values[row.name] >= row.high) set({ [row.name]: row.low });
      button.textContent = "pause";
      playing = setInterval(() => {
        if (values[row.name] >= row.high) stop();
        else set({ [row.name]: values[row.name] + row.step });
      }, PLAY_MS);
    });
    return button;
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    for (const each of controls.querySelectorAll(".ll-play")) each.textContent = "play";
  }

  // A page with one explorer has an address for each setting.
  function fromAddress() {
    const wanted = {};
    for (const [name, text] of new URLSearchParams(location.search)) {
      const row = told.controls.find((each) => each.name === name);
      if (row && allows(row, text)) wanted[name] = text;
    }
    return wanted;
  }

  // A browser takes longer to write an address than a picture, and it takes only so many.
  function soonInAddress() {
    clearTimeout(unwritten);
    unwritten = setTimeout(toAddress, REST_MS);
  }

  function toAddress() {
    const address = new URL(location);
    for (const row of told.controls) {
      if (values[row.name] === row.value) address.searchParams.delete(row.name);
      else address.searchParams.set(row.name, values[row.name]);
    }
    history.replaceState(null, "", address);
  }

  return { start };
}

function allows(row, text) {
  if (row.kind === "choice") return row.options.includes(text);
  if (row.kind === "text") return text.length >= row.least && text.length <= row.most;
  const number = Number(text);
  return text !== "" && number >= row.low && number <= row.high;
}
