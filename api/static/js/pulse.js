// Says when there is something new, without taking away what somebody is reading or writing.
// @ts-check

const EVERY = 4000;

for (const notice of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-pulse]"))) {
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(notice.dataset.pulse || "", { headers: { Accept: "application/json" } });
      if (response.ok && (await response.json()).pulse !== notice.dataset.pulseValue) {
        notice.hidden = false;
        clearInterval(timer);
      }
    } catch {
      // the server is away for a moment: ask again later
    }
  }, EVERY);
}
