// What an explorer lacks where ipywidgets alone has made it. `this` is an element inside it.
const label = (part) => part.querySelector("label").textContent;
const content = (part) => part?.querySelector(".widget-html-content");

// Handles of sliders and the buttons of Play have no name of their own: a screen reader would say
// "slider, 0" and "button".
function name(explorer) {
  const handles = [...explorer.querySelectorAll(".widget-slider [role=slider]")];
  const plays = [...explorer.querySelectorAll(".widget-play")];
  for (const handle of handles) {
    handle.setAttribute("aria-label", label(handle.closest(".widget-slider")));
  }
  for (const play of plays) {
    ["play or pause", "back to the start"].forEach((does, number) => {
      const button = play.querySelectorAll("button")[number];
      button.title = does + ": " + label(play.parentElement);
      button.setAttribute("aria-label", button.title);
    });
  }
  return handles.length + plays.length;
}

// What a move has changed is heard, as one sentence; all words of the picture are there on demand.
function say(explorer, drawing, said) {
  content(said).setAttribute("role", "status");
  const details = document.createElement("details");
  details.innerHTML = "<summary>The picture in words</summary><p></p>";
  said.append(details);
  const write = () => {
    if (!details.open) return;
    details.lastElementChild.textContent = drawing.querySelector("svg").getAttribute("aria-label");
  };
  details.addEventListener("toggle", write);
  new MutationObserver(write).observe(drawing, { childList: true, subtree: true });
}

// A picture that scrolls can be scrolled with keys.
function scroll(drawing) {
  const box = content(drawing);
  box.dataset.lmSuppressShortcuts = true; // JupyterLab's own keys
  new ResizeObserver(() => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    box.tabIndex = scrolls ? 0 : -1;
    box.role = scrolls ? "group" : null;
    box.ariaLabel = scrolls ? "The picture: scroll it with the arrow keys" : null;
  }).observe(box);
}

// The style asks how wide the explorer is, in letters; and its controls stay in sight where the
// page scrolls, not some part of the page that holds the explorer.
function fit(explorer) {
  new ResizeObserver(() => {
    const width = explorer.clientWidth / parseFloat(getComputedStyle(explorer).fontSize);
    explorer.classList.toggle("lstm-narrow", width < 29);
    explorer.classList.toggle("lstm-small", width < 41);
    explorer.classList.toggle("lstm-wide", width >= 62);
  }).observe(explorer);
  let part = explorer.parentElement;
  while (part?.closest(".jp-Cell-outputArea")) {
    part.style.overflow = "visible";
    part = part.parentElement;
  }
}

// The page draws a part when it comes to it.
const begin = (tries) => {
  const explorer = this.closest(".lstm-explorer");
  const drawing = explorer?.querySelector(".lstm-drawing");
  const said = explorer?.querySelector(".lstm-said");
  if (content(drawing) && content(said) && name(explorer) >= COUNT) {
    say(explorer, drawing, said);
    scroll(drawing);
    fit(explorer);
  } else if (tries) setTimeout(() => begin(tries - 1), 100);
};
begin(100);
