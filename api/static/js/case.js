// The expert's reply: kept while it is being written, with passages from the library to pick.
// @ts-check

const form = /** @type {HTMLFormElement|null} */ (document.querySelector("form[data-keep]"));
const key = `env-doctor.reply.${form?.dataset.keep}`;
const text = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("reply"));

if (form && text) {
  if (!text.value) text.value = sessionStorage.getItem(key) || "";
  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
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
    pick(row);
    button.remove();
  });
  return button;
}

/** @param {{pick: string, label: string, status: string}} row */
function pick(row) {
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "picks", value: row.pick, checked: true });
  const words = document.createElement("span");
  words.textContent = `${row.label}（${row.status}）`;
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
