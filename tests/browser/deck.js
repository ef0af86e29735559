// Asked of a deck by deck.py: show a slide, and say what does not fit on it.

async function showSlide(at) {
  const section = Reveal.getSlides()[at], place = Reveal.getIndices(section);
  Reveal.slide(place.h, place.v, -1);
  while (Reveal.nextFragment());
  const slide = section.querySelector(".slide");
  const next = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
  for (let turn = 0; !slide.dataset.fit && turn < 1000; turn++) await next();
  await Promise.all([...slide.querySelectorAll("img")].map((each) => each.decode()));
  await next();
}

// Every text and every picture has to lie on the slide, beside its number, and in each box that cuts
// off what is outside of it. Letters are given in pixels of the screen.
function lookAtSlide(at) {
  const section = Reveal.getSlides()[at], slide = section.querySelector(".slide");
  const room = slide.getBoundingClientRect(), scale = room.width / slide.offsetWidth;
  const found = slide.dataset.fit ? [] : ["is not fitted"];
  const seen = (each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const place = (part, words) => {
    const over = Math.max(
      room.left - part.left, part.right - room.right, room.top - part.top, part.bottom - room.bottom,
    );
    if (over > 1.5 * scale) found.push(`${words}: ${Math.round(over / scale)} px outside`);
  };

  const number = document.querySelector(".slide-number").getBoundingClientRect(); // 5 px of it are empty
  const beside = (part, words) => {
    if (part.right > number.left && part.bottom > number.top + 5 * scale)
      found.push(`${words}: lies on the slide's number`);
  };

  const words = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  let least = 1000;
  while (words.nextNode()) {
    const node = words.currentNode, holder = node.parentElement, text = node.data.trim();
    if (!text || holder.closest("svg, mjx-assistive-mml, script, option") || !seen(holder)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const part of range.getClientRects()) {
      place(part, text.slice(0, 40));
      beside(part, text.slice(0, 40));
    }
    least = Math.min(least, parseFloat(getComputedStyle(holder).fontSize) * scale);
  }
  for (const each of slide.querySelectorAll("pre")) {
    const frame = each.getBoundingClientRect(), lines = document.createRange();
    beside(frame, "pre");
    lines.selectNodeContents(each);
    const left = (frame.right - lines.getBoundingClientRect().right) / scale;
    if (left < 8) found.push(`pre: its frame is touched, with ${Math.round(left)} px left`);
  }
  for (const each of slide.querySelectorAll("img, svg, input, select, button")) {
    const part = each.getBoundingClientRect();
    if (part.width && seen(each)) place(part, each.tagName);
  }

  for (const each of slide.querySelectorAll("*")) {
    if (each.closest("svg, mjx-container, .ll-controls") || !seen(each)) continue;
    const style = getComputedStyle(each), name = `${each.tagName}.${each.className}`;
    if (style.display === "inline" || !each.clientWidth) continue;
    const wide = each.scrollWidth - each.clientWidth, high = each.scrollHeight - each.clientHeight;
    if (wide > 1) found.push(`${name}: ${wide} px too wide`);
    if (high > 3 && style.overflow !== "visible") found.push(`${name}: ${high} px too high`);
  }
  const parts = [...slide.querySelectorAll(":scope > *, .ll-explorer > *, .ll-control > *")];
  const boxes = parts.filter(seen).map((each) => [each, each.getBoundingClientRect()]);
  for (const [one, box] of boxes) {
    for (const [other, area] of boxes) {
      if (one === other || one.contains(other) || !box.width || !area.width) continue;
      const wide = Math.min(box.right, area.right) - Math.max(box.left, area.left);
      const high = Math.min(box.bottom, area.bottom) - Math.max(box.top, area.top);
      if (wide > 2 * scale && high > 2 * scale && !other.contains(one))
        found.push(`${one.tagName}.${one.className} lies on ${other.tagName}.${other.className}`);
    }
  }
  return { name: section.id, kind: slide.classList[1], faults: found, least, letters: pictures() };

  // The smallest letters of each picture.
  function pictures() {
    const all = slide.querySelectorAll(".picture img, .ll-picture img, .ll-picture svg");
    return [...all].map((each) => {
      const box = each.getBoundingClientRect(), isImage = each.tagName === "IMG";
      const text = isImage ? atob(each.src.split(",")[1]) : each.outerHTML;
      const size = (name) => Number(new RegExp(`<svg[^>]*? ${name}="([\\d.]+)"`).exec(text)[1]);
      const grown = Math.min(box.width / size("width"), box.height / size("height"));
      const letters = [...text.matchAll(/font-size(?:="|:\s*)([\d.]+)/g)];
      return grown * Math.min(...letters.map((each) => Number(each[1])));
    });
  }
}
