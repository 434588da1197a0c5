// The case, opened at its newest words; the expert's reply, kept while it is being written, with passages to pick.
// @ts-check

// A problem told at the head of the page comes before everything else.
const problem = document.querySelector("main [role=alert]");
if (!problem) document.querySelector(".thread > :last-child")?.scrollIntoView({ block: "nearest" });

const form = /** @type {HTMLFormElement|null} */ (document.querySelector("form[data-keep]"));
const key = `env-doctor.draft.${form?.dataset.keep}`;
const text = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("reply"));

if (form && text) {
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  // Taken, where it stands in the thread: a page that was reached by signing in again does not say so.
  const taken = [...document.querySelectorAll(".said[data-role=expert]")].some((said) => bare(said.textContent).includes(bare(kept.text)));
  if (kept.sent && taken) sessionStorage.removeItem(key);
  else restore(kept);
  form.addEventListener("input", () => keep(false));
  form.addEventListener("submit", () => keep(true));
}

/** @param {string|null|undefined} text */
function bare(text) {
  return (text || "").replace(/\s/g, "");
}

/** What was written and ticked; a reply that was sent is kept until the next page shows that it was taken. @param {boolean} sent */
function keep(sent) {
  const picks = [...document.querySelectorAll("#picks input:checked")].map((box) => ({
    pick: /** @type {HTMLInputElement} */ (box).value,
    words: box.parentElement?.textContent?.trim() || "",
  }));
  sessionStorage.setItem(key, JSON.stringify({ text: text?.value, picks, sent }));
}

/** @param {{text?: string, picks?: {pick: string, words: string}[]}} kept */
function restore(kept) {
  if (text && !text.value) text.value = kept.text || "";
  for (const { pick, words } of kept.picks || []) {
    const box = /** @type {HTMLInputElement|undefined} */ ([...document.querySelectorAll("#picks input")].find((row) => /** @type {HTMLInputElement} */ (row).value === pick));
    if (box) box.checked = true;
    else add(pick, words);
  }
}

const more = /** @type {HTMLInputElement|null} */ (document.getElementById("more"));
const found = document.getElementById("found");
let asked = 0;
more?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
more?.addEventListener("input", () => {
  const mine = ++asked;
  setTimeout(() => mine === asked && search(), 300);
});

async function search() {
  if (!more || !found) return;
  const query = more.value.trim();
  if (!query) return found.replaceChildren();
  const mine = asked;
  try {
    const response = await fetch(`${more.dataset.search}?q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } });
    const said = await response.json();
    if (mine !== asked) return;
    if (!response.ok) found.replaceChildren(note(said.message));
    else found.replaceChildren(...(said.length ? said.map(offer) : [note("没有找到，换一个说法再试。")]));
  } catch {
    found.replaceChildren(note("没有连上服务器，请稍后再试。"));
  }
}

/** @param {{pick: string, label: string, status: string, text: string}} row */
function offer(row) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "offer";
  const label = document.createElement("strong");
  label.textContent = `${row.label}（${row.status}）`;
  const words = document.createElement("span");
  words.textContent = row.text;
  button.append(label, words);
  button.addEventListener("click", () => {
    add(row.pick, label.textContent || "");
    keep(false);
    button.remove();
  });
  return button;
}

/** @param {string} pick @param {string} said */
function add(pick, said) {
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "picks", value: pick, checked: true });
  const words = document.createElement("span");
  words.textContent = said;
  label.append(box, words);
  document.getElementById("picks")?.append(label);
}

/** @param {string} words */
function note(words) {
  const p = document.createElement("p");
  p.className = "soft small";
  p.textContent = words;
  return p;
}
