// Buttons with data-copy put their text on the clipboard; pages served without HTTPS have no clipboard API.
// @ts-check

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
  button.addEventListener("click", async () => {
    const done = await copy(button.dataset.copy || "");
    const label = button.lastChild;
    if (!label) return;
    const before = label.textContent;
    label.textContent = done ? "已复制" : "请手动选中复制";
    setTimeout(() => (label.textContent = before), 1600);
  });
}

/** @param {string} text @returns {Promise<boolean>} */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
