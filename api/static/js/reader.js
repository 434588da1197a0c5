// The reader: brings the cited sentence into view, opens the contents on a phone, follows where one reads.
// @ts-check

const cited = document.querySelector("mark.cited") || document.querySelector(".article.cited");
if (cited) cited.scrollIntoView({ block: "center" });

const contents = document.getElementById("contents");
for (const button of document.querySelectorAll("[data-drawer]")) {
  button.addEventListener("click", () => drawer(!contents?.classList.contains("open")));
}
contents?.addEventListener("click", (event) => {
  if (/** @type {HTMLElement} */ (event.target).closest("a")) drawer(false);
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") drawer(false);
});
document.querySelector("[data-print]")?.addEventListener("click", () => print());

/** @param {boolean} open */
function drawer(open) {
  if (!contents) return;
  contents.classList.toggle("open", open);
  if (open) contents.querySelector("a")?.focus();
}

// The line of the contents where one reads stands out: the last heading at or before the article in sight.
const links = new Map([...(contents?.querySelectorAll("a") || [])].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
/** @type {Map<Element, HTMLAnchorElement>} */
const places = new Map();
/** @type {HTMLAnchorElement|undefined} */
let before;
for (const article of document.querySelectorAll(".article")) {
  before = links.get(article.id) || before;
  if (before) places.set(article, before);
}
const seen = new IntersectionObserver(
  (entries) => {
    const top = entries.find((entry) => entry.isIntersecting);
    const link = top && places.get(top.target);
    if (!link || link.hasAttribute("aria-current")) return;
    contents?.querySelector("[aria-current]")?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    if (contents) contents.scrollTop = link.offsetTop - contents.clientHeight / 2; // a code has 1,242 articles: show where one is
  },
  { rootMargin: "-10% 0px -70% 0px" },
);
for (const article of places.keys()) seen.observe(article);
