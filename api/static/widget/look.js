// Theme and size of the widget: as the page has them where it is one of ours; the size can be chosen here as well.
// @ts-check
import { store, stored } from "./storage.js";

const SIZE = "env-doctor.size";

/** Follows the page from now on. @param {HTMLElement} widget @param {HTMLElement} button that enlarges */
export function follow(widget, button) {
  const page = document.documentElement;
  const copy = () => {
    if (page.dataset.theme) widget.dataset.theme = page.dataset.theme;
    else delete widget.dataset.theme;
    size(widget, button, page.dataset.size || stored(localStorage, SIZE));
  };
  copy();
  const watching = new MutationObserver(copy);
  watching.observe(page, { attributes: true, attributeFilter: ["data-theme", "data-size"] });
  return watching;
}

/** @param {HTMLElement} widget @param {HTMLElement} button */
export function enlarge(widget, button) {
  const large = widget.dataset.size === "large" ? "" : "large";
  store(localStorage, SIZE, large);
  size(widget, button, large);
}

/** @param {HTMLElement} widget @param {HTMLElement} button @param {string} size */
function size(widget, button, size) {
  if (size) widget.dataset.size = size;
  else delete widget.dataset.size;
  button.setAttribute("aria-pressed", String(Boolean(size)));
}
