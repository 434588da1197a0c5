// The topics of the home page are asked in the widget.
// @ts-check

const doctor = /** @type {any} */ (document.querySelector("env-doctor"));

document.getElementById("ask")?.addEventListener("click", () => doctor?.open?.());
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-ask]"))) {
  button.addEventListener("click", () => {
    doctor?.open?.();
    doctor?.ask?.(button.dataset.ask);
  });
}
