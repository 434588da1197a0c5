// Where a person writes: grows with the text, keeps it for a reload, sends, stops, and says what is in the way.
// @ts-check
import { el, icon } from "./dom.js";
import { store, stored } from "./storage.js";

const LIMIT = 2000;
const TALLEST = 160; // pixels, then it scrolls
const DRAFT = "env-doctor.draft";
const OFFLINE = "网络断开了。您写的内容还在，连上后再发送。";

export class Composer {
  notice = el("p", { class: "trouble", role: "alert", hidden: true });
  input = el("textarea", { rows: "1", "aria-label": "您的问题", placeholder: "用您自己的话问，不用术语", enterkeyhint: "send" });
  button = el("button", { type: "submit", class: "send", "aria-label": "发送" }, icon("send"));
  form = el("form", { class: "ask" }, this.input, this.button);
  #busy = false;

  /** @param {{send: (text: string) => void, stop: () => void}} actions `stop` ends the answer that is being given */
  constructor({ send, stop }) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#busy) stop();
      else send(this.input.value);
    });
    this.input.addEventListener("input", () => this.write(this.input.value));
    this.input.addEventListener("keydown", (event) => {
      // 229 is what some input methods send for the Enter that ends a composition
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      send(this.input.value);
    });
    addEventListener("offline", () => this.say(OFFLINE));
    addEventListener("online", () => this.say(""));
  }

  /** What was being written before a reload. */
  restore() {
    this.write(stored(sessionStorage, DRAFT));
  }

  /** @param {string} text */
  write(text) {
    if (this.input.value !== text) this.input.value = text;
    store(sessionStorage, DRAFT, text);
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
    this.say(navigator.onLine ? "" : OFFLINE);
    this.fits(text);
  }

  /** Whether a text may be sent; says so where not. @param {string} text */
  fits(text) {
    const length = text.trim().length;
    if (length > LIMIT) this.say(`一次最多 ${LIMIT} 字，现在有 ${length} 字。请拆成几个问题，您写的内容还在。`);
    return length <= LIMIT;
  }

  /** @param {boolean} busy */
  busy(busy) {
    this.#busy = busy;
    this.button.replaceChildren(icon(busy ? "stop" : "send"));
    this.button.setAttribute("aria-label", busy ? "停止" : "发送");
  }

  /** @param {string} text what is in the way; nothing where it is gone */
  say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }
}
