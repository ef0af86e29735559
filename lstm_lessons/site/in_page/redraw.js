// A picture becomes the next one, and only what is new in it is changed. Two neighbours have most of
// their parts in common, their style sheet too: a new one would have the browser ask again which
// rules of all the page's sheets hold for what.

// Parse a picture, outside of the page.
export function parsed(svg) {
  const place = document.createElement("div");
  place.innerHTML = svg;
  return place.firstChild;
}

// Show a picture in a place; its parts may end up in the one that stands there.
export function redraw(place, picture) {
  if (place.firstChild) become(place.firstChild, picture);
  else place.append(picture);
}

function become(old, picture) {
  if (old.nodeName !== picture.nodeName) {
    old.replaceWith(picture);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== picture.data) old.data = picture.data;
    return;
  }
  for (const { name, value } of picture.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.attributes.length > picture.attributes.length) {
    for (const name of old.getAttributeNames()) {
      if (!picture.hasAttribute(name)) old.removeAttribute(name);
    }
  }
  let next = old.firstChild;
  for (const each of [...picture.childNodes]) {
    const part = next;
    next = part?.nextSibling ?? null;
    if (part) become(part, each);
    else old.append(each);
  }
  while (next) {
    const part = next;
    next = part.nextSibling;
    part.remove();
  }
}
