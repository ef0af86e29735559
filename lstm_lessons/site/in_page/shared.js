// What several of the page's scripts need: an element, and texts kept in the reader's own browser.

export function make(tag, attributes, text) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing: the text lasts as long as the page
  }
}

export function keep(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    // as above
  }
}
