// The form in which a person asks for an expert; nothing in it must be filled in.
// @ts-check
import { el } from "./dom.js";

const WHAT = "专家会看到这段对话和引用的条文，答复会出现在这里。";
const PAPERS = "这里只能写字，传不了照片和文件。手上有照片、文书的，写明是什么、哪天的；要看原件时，专家会告诉您交到哪里。";

/**
 * @param {{send: (note: string, contact: string) => Promise<void>, back: () => void, trouble: (words: string) => void}} actions
 *   `send` hands the conversation over, and fails in words for the person; `back` is what comes after "先不转"
 */
export function consultForm({ send, back, trouble }) {
  const note = el("textarea", { rows: "2", maxlength: "500" });
  const contact = el("input", { type: "text", maxlength: "100" });
  const button = el("button", { type: "submit", class: "primary", text: "转给专家" });
  const not = el("button", { type: "button", class: "quiet", text: "先不转", onclick: () => (box.remove(), back()) });
  const box = el(
    "form",
    { class: "consult" },
    el("p", { text: WHAT }),
    el("p", { class: "fine-print", text: PAPERS }),
    el("label", {}, "想补充的情况（可不填）", note),
    el("label", {}, "电话或邮箱（可不填，只给专家看）", contact),
    el("p", { class: "hand" }, button, not),
  );
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await send(note.value, contact.value);
      box.remove();
    } catch (error) {
      button.disabled = false;
      trouble(error instanceof Error ? error.message : String(error));
    }
  });
  return box;
}
