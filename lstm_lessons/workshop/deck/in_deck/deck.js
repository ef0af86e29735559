// Slides by reveal.js. Letters of each slide get the largest size that fits, when it is first shown.
(() => {
  "use strict";
  const LARGEST = 34;
  const SMALLEST = { code: 22, other: 18 }; // px; letters of code have 0.82 of it
  const isView = /receiver|view=print|print-pdf/.test(location.search); // nobody moves sliders there
  const root = document.documentElement;
  const ready = new Map();

  // Formulas first, for they change what fits. One after the other, the slide in sight before all.
  let last = MathJax.startup.promise;
  function typeset(section) {
    if (!ready.has(section)) {
      last = last.then(() => MathJax.typesetPromise([section])).then(() => {
        for (const each of section.querySelectorAll("aside mjx-assistive-mml")) each.remove();
      });
      ready.set(section, last);
    }
    return ready.get(section);
  }

  function overflows(slide) {
    if (slide.scrollHeight > slide.clientHeight + 1 || slide.scrollWidth > slide.clientWidth + 1) return true;
    // Below its last part stands the slide's number.
    const bottom = slide.clientHeight - parseFloat(getComputedStyle(slide).paddingBottom);
    if ([...slide.children].some((each) => each.offsetTop + each.offsetHeight > bottom + 1)) return true;
    // A line of code that fills its frame touches the frame.
    const room = (each) => {
      const range = document.createRange();
      range.selectNodeContents(each);
      const box = each.getBoundingClientRect();
      return ((box.right - range.getBoundingClientRect().right) * each.offsetWidth) / box.width;
    };
    if ([...slide.querySelectorAll("pre")].some((each) => room(each) < 12)) return true;
    const inner = slide.querySelectorAll("pre, table, mjx-container, .words");
    const right = slide.clientWidth - 40;
    return [...inner].some(
      (each) => each.scrollWidth > each.clientWidth + 1 || each.offsetLeft + each.offsetWidth > right + 1,
    );
  }

  function fit(section) {
    const slide = section.querySelector(".slide");
    if (!slide || slide.dataset.fit) return;
    const hasPicture = slide.querySelector(".picture, .ll-explorer");
    const least = slide.querySelector("pre") ? SMALLEST.code : SMALLEST.other;
    let size = hasPicture ? 26 : LARGEST;
    slide.style.setProperty("--s", `${size}px`);
    while (size > least && overflows(slide)) {
      size -= 1;
      slide.style.setProperty("--s", `${size}px`);
    }
    slide.dataset.fit = size;
  }

  async function show(section) {
    await typeset(section);
    fit(section);
  }

  function theme(dark) {
    root.dataset.theme = dark ? "dark" : "light";
    document.body.dataset.jpThemeLight = String(!dark); // pictures inside the page follow it
  }
  const wish = matchMedia("(prefers-color-scheme: dark)");
  wish.addEventListener("change", () => theme(wish.matches));
  theme(wish.matches);

  // In an explorer keys belong to it; Escape gives them back, and a pointer's keys always turn slides.
  addEventListener(
    "keydown",
    (event) => {
      const at = document.activeElement;
      if (!at?.closest(".ll-explorer")) return;
      const turns = ["PageDown", "PageUp"].includes(event.key) && at.tagName !== "SELECT";
      if (turns || event.key === "Escape") at.blur();
      if (event.key === "Escape") event.stopPropagation();
    },
    true,
  );

  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    minScale: 0.1,
    maxScale: 10,
    center: false,
    hash: true,
    controls: false,
    slideNumber: "c/t",
    navigationMode: "linear",
    transition: "none",
    backgroundTransition: "none",
    scrollActivationWidth: 0, // a narrow window shows slides, too
    pdfSeparateFragments: false,
    keyboardCondition: () => !document.activeElement?.closest(".ll-explorer"),
    plugins: [RevealNotes],
  }).then(async () => {
    Reveal.addKeyBinding({ keyCode: 84, key: "T", description: "Light or dark" }, () =>
      theme(root.dataset.theme === "light"),
    );
    Reveal.on("slidechanged", ({ currentSlide }) => show(currentSlide));
    await show(Reveal.getCurrentSlide());
    if (!isView) {
      const script = document.createElement("script");
      script.src = "static/explorers.js";
      document.body.append(script);
    }
    for (const each of Reveal.getSlides()) {
      await typeset(each);
      if (isView) fit(each);
    }
    root.dataset.typeset = "all";
  });
})();
