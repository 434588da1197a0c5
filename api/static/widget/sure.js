// Asks once more, in place, before something is gone from the window.
// @ts-check
import { el } from "./dom.js";

/** @param {{words: string, yes: string, act: () => void, back: () => void}} asked `back`: what comes after 留在这里 */
export function sure({ words, yes, act, back }) {
  const done = (/** @type {() => void} */ then) => (box.remove(), then());
  const stay = el("button", { type: "button", class: "quiet", text: "留在这里", onclick: () => done(back) });
  const box = el(
    "div",
    { class: "sure", role: "alertdialog", "aria-label": yes },
    el("p", { text: words }),
    el("p", { class: "hand" }, el("button", { type: "button", class: "primary", text: yes, onclick: () => done(act) }), stay),
  );
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // it closes this question, not the window
    done(back);
  });
  return { box, stay };
}
