// How MathJax reads formulas; deck.js says when.
window.MathJax = {
  tex: { inlineMath: [["\\(", "\\)"]], displayMath: [["\\[", "\\]"]], processEscapes: true },
  svg: { fontCache: "local" }, // the speaker's window gets single formulas
  options: { enableMenu: false },
  startup: { typeset: false },
};
