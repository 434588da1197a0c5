// Waits until an upload has been read, then shows what was understood.
// @ts-check

const work = /** @type {HTMLElement|null} */ (document.querySelector("[data-draft]"));
const timer = setInterval(async () => {
  if (!work) return clearInterval(timer);
  try {
    const response = await fetch(work.dataset.draft || "", { headers: { Accept: "application/json" } });
    if (response.ok && (await response.json()).state !== "reading") location.reload();
  } catch {
    // the server is away for a moment: ask again
  }
}, 800);
