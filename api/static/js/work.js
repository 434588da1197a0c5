// Shows how far long work is; the work itself goes on without this page.
// @ts-check

for (const work of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-work]"))) {
  const bar = /** @type {HTMLProgressElement|null} */ (work.querySelector("[data-bar]"));
  if (bar) follow(work, bar);
}

/** @param {HTMLElement} work @param {HTMLProgressElement} bar */
async function follow(work, bar) {
  for (;;) {
    await new Promise((done) => setTimeout(done, 700));
    try {
      const response = await fetch(work.dataset.work || "", { headers: { Accept: "application/json" } });
      const { job } = await response.json();
      if (!job || job.state === "done" || job.state === "failed") return location.reload();
      if (job.total) {
        bar.max = job.total;
        bar.value = job.done;
      }
      write(work, "[data-count]", job.total ? `${job.done} / ${job.total}` : "");
      if (job.note) write(work, "[data-note]", job.note);
    } catch {
      // the server is away for a moment: ask again
    }
  }
}

/** @param {HTMLElement} work @param {string} where @param {string} words */
function write(work, where, words) {
  const node = work.querySelector(where);
  if (node) node.textContent = words;
}
