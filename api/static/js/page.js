// What every page can do: large type, dark colours, and the keys / j k ?.
// @ts-check

const KEPT = { size: "large", theme: "dark" };

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-toggle]"))) {
  button.addEventListener("click", () => toggle(/** @type {"size"|"theme"} */ (button.dataset.toggle), button));
}

/** The choice goes into a cookie, so that the next page comes right from the server and never flashes. @param {"size"|"theme"} what @param {HTMLButtonElement} button */
function toggle(what, button) {
  const page = document.documentElement;
  const on = button.getAttribute("aria-pressed") !== "true";
  const value = on ? KEPT[what] : what === "theme" ? "light" : "";
  if (value) page.dataset[what] = value;
  else delete page.dataset[what];
  button.setAttribute("aria-pressed", String(on));
  document.cookie = `env_doctor_${what}=${value}; path=/; max-age=${value ? 31536000 : 0}; samesite=lax`;
}

addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.closest("input, textarea, select, [contenteditable], env-doctor, dialog")) return;
  if (event.key === "/") focusSearch(event);
  else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1, event);
  else if (event.key === "?") /** @type {HTMLDialogElement} */ (document.getElementById("keys")).showModal();
});

/** @param {Event} event */
function focusSearch(event) {
  const search = /** @type {HTMLInputElement|null} */ (document.querySelector("input[type=search]"));
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
}

/** Rows that can be walked carry data-row on the link or button that opens them. @param {number} step @param {Event} event */
function move(step, event) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-row]")]);
  if (!rows.length) return;
  event.preventDefault();
  const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))].focus();
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(/** @type {HTMLElement} */ (form).dataset.confirm)) event.preventDefault();
  });
}

// A second click on a slow form must not send it twice.
addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post" || event.defaultPrevented) return;
  setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
addEventListener("pageshow", () => document.querySelectorAll("form button:disabled").forEach((b) => b.removeAttribute("disabled")));
