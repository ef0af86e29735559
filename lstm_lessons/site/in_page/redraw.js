// A picture becomes the next one, and only what is new in it is changed. Two neighbours have most of
// their parts in common, their style sheet too: a new one would have the browser ask again which
// rules of all the page's sheets hold for what. What is new can be found before it is wanted.

// Parse a picture, outside of the page.
export function parsed(svg) {
  const place = document.createElement("div");
  place.innerHTML = svg;
  return place.firstChild;
}

// Return what makes a place show a picture, as steps to take. They hold for as long as nothing else
// is shown there; the picture's parts may end up in the one that stands there.
export function changes(place, picture) {
  const steps = [];
  if (place.firstChild) compare(place.firstChild, picture, steps);
  else steps.push(() => place.append(picture));
  return steps;
}

export function carryOut(steps) {
  for (const each of steps) each();
}

function compare(old, picture, steps) {
  if (old.nodeName !== picture.nodeName) {
    steps.push(() => old.replaceWith(picture));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    const { data } = picture;
    if (old.data !== data) steps.push(() => (old.data = data));
    return;
  }
  for (const { name, value } of picture.attributes) {
    if (old.getAttribute(name) !== value) steps.push(() => old.setAttribute(name, value));
  }
  for (const name of old.getAttributeNames()) {
    if (!picture.hasAttribute(name)) steps.push(() => old.removeAttribute(name));
  }
  let part = old.firstChild;
  for (const each of picture.childNodes) {
    if (part) compare(part, each, steps);
    else steps.push(() => old.append(each));
    part = part?.nextSibling ?? null;
  }
  for (; part; part = part.nextSibling) {
    const left = part;
    steps.push(() => left.remove());
  }
}
