// Predictions: a guess is kept in the reader's own browser; folds open together, and for printing.
// And the theme's menus and tips come once the pictures are there.

const root = document.documentElement;
import { keep, recall } from "./shared.js";

const folds = () => [...document.querySelectorAll("details.hide")];
const key = (area) => `lstm-lessons guess ${area.dataset.guess}`;

for (const area of document.querySelectorAll("textarea[data-guess]")) {
  area.value = recall(key(area)) ?? "";
  area.addEventListener("input", () => keep(key(area), area.value));
}

// A fold is named by what stands on it.
for (const each of folds()) each.querySelector("summary").removeAttribute("aria-label");

if (folds().length) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ll-show-all";
  const label = () => {
    const open = folds().every((each) => each.open);
    button.textContent = open ? "Fold all answers" : "Show all answers";
    return open;
  };
  button.addEventListener("click", () => {
    const open = label();
    for (const each of folds()) each.open = !open;
    label();
  });
  for (const each of folds()) each.addEventListener("toggle", label);
  label();
  document.querySelector("article h1")?.after(button);
}

// Paper is white, and nothing on it can be unfolded.
let shut = [];
let theme;
addEventListener("beforeprint", () => {
  theme = root.dataset.theme;
  root.dataset.theme = "light";
  shut = [...document.querySelectorAll("details:not([open])")];
  for (const each of shut) each.open = true;
});
addEventListener("afterprint", () => {
  root.dataset.theme = theme;
  for (const each of shut) each.open = false;
});

// Pictures inside the page follow the page's theme by the mark that JupyterLab's pages have.
const mark = () => {
  const dark = getComputedStyle(root).colorScheme.includes("dark");
  document.body.dataset.jpThemeLight = String(!dark);
};
new MutationObserver(mark).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
mark();

const there = (image) =>
  image.complete || new Promise((done) => (image.onload = image.onerror = done));
Promise.all([...document.images].map(there)).then(() => {
  const script = document.createElement("script");
  script.src = new URL("scripts/bootstrap.js", import.meta.url);
  document.head.append(script);
});
