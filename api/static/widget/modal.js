// On a phone the panel is the whole screen: what lies behind it must be out of reach.
// @ts-check

const WHOLE = matchMedia("(max-width: 600px)"); // as in widget.css
const REACHED = "button:not([disabled]), a[href], textarea, input, [tabindex='0']";

/** Keeps the keyboard in the panel, and tells a screen reader so, while it is the whole screen. @param {HTMLElement} panel */
export function modal(panel) {
  const tell = () => panel.setAttribute("aria-modal", String(WHOLE.matches));
  tell();
  WHOLE.addEventListener("change", tell);
  panel.tabIndex = -1; // a tap on plain text leaves the focus here, where Escape is heard
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !WHOLE.matches) return;
    const places = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(REACHED)]).filter((place) => place.getClientRects().length > 0);
    const at = /** @type {ShadowRoot} */ (panel.getRootNode()).activeElement;
    const [end, start] = event.shiftKey ? [places[0], places.at(-1)] : [places.at(-1), places[0]];
    if (at !== end && at !== panel) return;
    event.preventDefault();
    start?.focus();
  });
}
