// <env-doctor>: the widget. Attributes: `inline` (part of the page instead of a button), `open`, `server` (its address,
// by default where this file came from). It fires one composed event, `env-doctor:outcome`, with {outcome}.
// @ts-check
/** @import { Message, Consultation } from "./types.js" */
import { AnswerView } from "./answer.js";
import { Client, Trouble } from "./client.js";
import { consultForm } from "./consult.js";
import { el, icon } from "./dom.js";
import { store, stored } from "./storage.js";

const TOPICS = ["没有排污许可证就排污，罚多少？", "楼下馆子油烟呛人，找谁管？", "危险废物能放多久？", "工地半夜打桩，哪里投诉？", "项目要做环评报告书还是报告表？", "江边一公里能不能建化工厂？"];
/** @type {Record<string, string>} states of a consultation in which an expert answers, in words for the person who waits */
const WITH_EXPERT = {
  open: "已转给专家。答复会出现在这里，您可以先关掉页面，回来还在。",
  taken: "专家已经接手。答复会出现在这里，您可以先关掉页面，回来还在。",
  replied: "", // the reply speaks for itself
};
const LIMIT = 2000;
const REMOVE = "删除对话";
const OFFLINE = "网络断开了。您写的内容还在，连上后再发送。";
const DRAFT = "env-doctor.draft";
const OPEN = "env-doctor.open";
const SIZE = "env-doctor.size";

export class EnvDoctor extends HTMLElement {
  static observedAttributes = ["open"];
  #client = new Client(this.getAttribute("server")?.replace(/\/$/, "") || new URL("../..", import.meta.url).href.replace(/\/$/, ""));
  /** @type {AbortController|null} */
  #asking = null;
  /** @type {AbortController|null} */
  #following = null;
  #lastEvent = "";
  #seen = new Set();
  /** @type {AnswerView[]} */
  #views = [];
  #built = false;
  log = el("div", { class: "log", role: "log", "aria-label": "对话", "aria-live": "off" });
  voice = el("p", { class: "voice", role: "status", "aria-live": "polite" });
  notice = el("p", { class: "trouble", role: "alert", hidden: true });
  input = el("textarea", { rows: "1", "aria-label": "您的问题", placeholder: "用您自己的话问，不用术语", enterkeyhint: "send" });
  sendButton = el("button", { type: "submit", class: "send", "aria-label": "发送" }, icon("send"));
  form = el("form", { class: "ask" }, this.input, this.sendButton);
  greeting = el("div", { class: "greeting" });
  removing = el("button", { type: "button", class: "link", text: REMOVE, onclick: () => this.#remove() });
  mine = el(
    "span",
    { hidden: true },
    el("button", { type: "button", class: "link", text: "导出对话", onclick: () => this.#export() }),
    this.removing,
  );
  scroller = el("div", { class: "scroll", tabindex: "0" }, this.greeting, this.log);
  panel = el("section", { class: "panel", "aria-label": "环保医生", hidden: true });
  button = el("button", { type: "button", class: "launch", "aria-expanded": "false", onclick: () => this.open() }, icon("doctor"), "环保医生");

  connectedCallback() {
    if (!this.#built) this.#build();
    this.#built = true;
    this.#mirror();
    if (this.inline || stored(sessionStorage, OPEN) === location.pathname) this.open();
  }

  disconnectedCallback() {
    this.#asking?.abort();
    this.#following?.abort();
  }

  attributeChangedCallback() {
    if (this.#built) this.#show(this.hasAttribute("open") || this.inline);
  }

  get inline() {
    return this.hasAttribute("inline");
  }

  open() {
    this.setAttribute("open", "");
    if (!this.inline) {
      store(sessionStorage, OPEN, location.pathname); // on another page it would cover what the person came to read
      this.input.focus();
    }
    this.#restore();
  }

  close() {
    this.removeAttribute("open");
    store(sessionStorage, OPEN, "");
    this.button.focus();
  }

  /** Asks as if the person had typed it. @param {string} question */
  async ask(question) {
    const text = question.trim();
    if (!text || this.#asking) return;
    if (text.length > LIMIT) {
      this.#say(`一次最多 ${LIMIT} 字，现在有 ${text.length} 字。请拆成几个问题，您写的内容还在。`, true);
      return;
    }
    this.greeting.hidden = true;
    this.mine.hidden = false;
    this.log.append(el("p", { class: "mine", text }));
    const view = this.#view();
    view.node.classList.add("busy");
    this.log.append(view.node);
    this.#scroll();
    if (this.input.value.trim() === text) this.#write("");
    this.#busy(new AbortController());
    try {
      await this.#stream(text, view);
    } catch (error) {
      this.#failed(error, text, view);
    } finally {
      view.node.classList.remove("busy");
      this.#busy(null);
      this.#scroll();
    }
  }

  /** @param {string} text @param {AnswerView} view */
  async #stream(text, view) {
    let decided = false;
    const signal = /** @type {AbortController} */ (this.#asking).signal;
    for await (const { event, data } of this.#client.ask(text, signal)) {
      if (event === "references") view.references(data.citations, data.speaker);
      else if (event === "block") {
        view.block(data);
        this.#announce(data.text || data.rows.flat().join("，"));
      } else if (event === "decision") {
        decided = true;
        this.#seen.add(data.message);
        view.settle(data);
        this.#track(data.consultation);
        this.dispatchEvent(new CustomEvent("env-doctor:outcome", { detail: { outcome: data.outcome }, bubbles: true, composed: true }));
      } else if (event === "error") throw new Trouble(data.message);
      this.#scroll();
    }
    if (!decided) throw new Trouble("回答在半路断开了。您的问题已经收到，请再试一次。");
  }

  /** @param {unknown} error @param {string} text @param {AnswerView} view */
  #failed(error, text, view) {
    if (error instanceof DOMException && error.name === "AbortError") {
      view.fail("已停止。", null);
      return;
    }
    if (!this.input.value) this.#write(text);
    view.fail(error instanceof Error ? error.message : String(error), () => {
      view.node.previousElementSibling?.remove();
      view.node.remove();
      this.ask(text);
    });
  }

  #consult() {
    this.log.querySelector("form.consult")?.remove();
    const box = consultForm({
      send: async (note, contact) => {
        const made = await this.#client.consult(note, contact);
        this.#handed(made);
        this.#track(made);
      },
      back: () => this.input.focus(),
      trouble: (words) => this.#say(words, true),
    });
    this.log.append(box);
    this.#toEnd();
    box.querySelector("textarea")?.focus();
  }

  /** Says that an expert has it, where that is so; asking for one again would say nothing new. @param {Consultation|null} consultation */
  #handed(consultation) {
    if (!consultation || !(consultation.state in WITH_EXPERT)) return;
    for (const view of this.#views) view.handed();
    const words = WITH_EXPERT[consultation.state];
    if (words) this.log.append(el("p", { class: "notice", role: "status", text: words }));
  }

  /** Follows the conversation while an expert has it. @param {Consultation|null} consultation */
  #track(consultation) {
    if (!consultation || consultation.state === "offered" || this.#following) return;
    this.#following = new AbortController();
    this.#follow(this.#following.signal);
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    for (let wait = 1000; !signal.aborted; wait = Math.min(wait * 2, 30000)) {
      try {
        for await (const { event, data, id } of this.#client.follow(this.#lastEvent, signal)) {
          wait = 1000;
          if (id) this.#lastEvent = id;
          if (event === "reply") this.#reply(data);
        }
      } catch {
        if (signal.aborted) return; // else the line broke: try again, slower each time
      }
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  /** @param {Message} message */
  #reply(message) {
    if (this.#seen.has(message.id)) return;
    this.#draw(message);
    this.#announce(`专家答复：${message.text}`);
    this.#toEnd();
  }

  /** @param {Message} message */
  #draw(message) {
    this.#seen.add(message.id);
    if (message.role === "user") this.log.append(el("p", { class: "mine", text: message.text }));
    else this.log.append(this.#view().draw({ ...message, speaker: message.role === "expert" ? "expert" : message.speaker }).node);
  }

  async #restore() {
    if (!this.#client.started || this.log.childElementCount) return;
    try {
      const conversation = await this.#client.restore();
      for (const message of conversation?.messages || []) if (!this.#seen.has(message.id)) this.#draw(message);
      this.greeting.hidden = Boolean(conversation?.messages.length);
      this.mine.hidden = !conversation;
      this.#handed(conversation?.consultation || null);
      this.#track(conversation?.consultation || null);
      this.#toEnd();
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
  }

  #fresh() {
    this.#asking?.abort();
    this.#following?.abort();
    this.#following = null;
    this.#lastEvent = "";
    this.#client.forget();
    this.#views = [];
    this.log.replaceChildren();
    this.greeting.hidden = false;
    this.mine.hidden = true;
    this.input.focus();
  }

  async #export() {
    try {
      const href = URL.createObjectURL(await this.#client.export());
      el("a", { href, download: "环保医生对话.txt" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
  }

  #keep() {
    if (this.removing.textContent === REMOVE) return;
    this.removing.textContent = REMOVE;
    this.#say("", false);
  }

  /** The first tap asks, the second removes: what is gone does not come back. */
  async #remove() {
    if (this.removing.textContent === REMOVE) {
      this.removing.textContent = "确定删除"; // as wide as before: nothing moves under the finger
      this.#say("删除后不能恢复。要删除，请再点一次。", true);
      return;
    }
    try {
      await this.#client.remove();
      this.removing.textContent = REMOVE;
      this.#fresh();
      this.#say("这次对话已经删除。", true);
    } catch (error) {
      this.removing.textContent = REMOVE;
      this.#say(error instanceof Error ? error.message : String(error), true);
    }
  }

  #view() {
    const view = new AnswerView(
      { ask: (question) => this.ask(question), consult: () => this.#consult(), feedback: (...said) => this.#client.feedback(...said) },
      this.#client.base,
    );
    this.#views.push(view);
    return view;
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    for (const sheet of ["../tokens.css", "./widget.css"]) root.append(el("link", { rel: "stylesheet", href: new URL(sheet, import.meta.url).href }));
    this.greeting.append(
      el("p", { text: "您好，我是环保医生。您用自己的话问，我按现行规定答，每句都有出处；答不准的转给专家。" }),
      el("div", { class: "topics" }, ...TOPICS.map((text) => el("button", { type: "button", class: "topic", onclick: () => this.ask(text), text }))),
    );
    const head = el(
      "header",
      {},
      el("h2", {}, icon("doctor"), "环保医生"),
      el("button", { type: "button", class: "icon-button", "aria-label": "大字", "aria-pressed": "false", onclick: () => this.#enlarge() }, icon("text")),
      el("button", { type: "button", class: "icon-button", "aria-label": "开始新的对话", onclick: () => this.#fresh() }, icon("fresh")),
      !this.inline && el("button", { type: "button", class: "icon-button", "aria-label": "关闭", onclick: () => this.close() }, icon("close")),
    );
    const foot = el("footer", {}, this.notice, this.form, el("p", { class: "fine" }, "系统按知识库作答，供参考；不替代行政决定。", this.mine));
    this.removing.addEventListener("blur", () => this.#keep());
    this.panel.setAttribute("role", this.inline ? "region" : "dialog");
    this.panel.append(head, this.scroller, this.voice, foot);
    root.append(this.panel, this.button);
    this.button.hidden = this.inline;
    this.#listen();
    this.#write(stored(sessionStorage, DRAFT));
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#asking) this.#asking.abort();
      else this.ask(this.input.value);
    });
    this.input.addEventListener("input", () => this.#write(this.input.value));
    this.input.addEventListener("keydown", (event) => {
      // 229 is what some input methods send for the Enter that ends a composition
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.ask(this.input.value);
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.inline && !event.isComposing) this.close();
    });
    addEventListener("offline", () => this.#say(OFFLINE, true));
    addEventListener("online", () => this.#say("", false));
  }

  /** @param {string} text */
  #write(text) {
    if (this.input.value !== text) this.input.value = text;
    store(sessionStorage, DRAFT, text);
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    if (text.trim().length > LIMIT) this.#say(`一次最多 ${LIMIT} 字，现在有 ${text.trim().length} 字。请拆成几个问题。`, true);
    else if (navigator.onLine) this.#say("", false);
    else this.#say(OFFLINE, true);
  }

  /** @param {AbortController|null} asking */
  #busy(asking) {
    this.#asking = asking;
    this.sendButton.replaceChildren(icon(asking ? "stop" : "send"));
    this.sendButton.setAttribute("aria-label", asking ? "停止" : "发送");
    this.log.setAttribute("aria-busy", String(Boolean(asking)));
  }

  /** @param {boolean} visible */
  #show(visible) {
    this.panel.hidden = !visible;
    this.button.hidden = this.inline || visible;
    this.button.setAttribute("aria-expanded", String(visible));
  }

  /** @param {string} text @param {boolean} visible */
  #say(text, visible) {
    this.notice.textContent = text;
    this.notice.hidden = !visible;
  }

  /** @param {string} text */
  #announce(text) {
    this.voice.textContent = text;
  }

  /** Follows the stream until the question reaches the top: the answer's first line then stays where it is read. */
  #scroll() {
    const asked = /** @type {HTMLElement[]} */ ([...this.log.querySelectorAll(":scope > .mine")]).at(-1);
    const top = asked ? asked.offsetTop - this.scroller.offsetTop - 12 : Infinity;
    this.scroller.scrollTop = Math.min(top, this.scroller.scrollHeight);
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #enlarge() {
    const large = this.dataset.size === "large" ? "" : "large";
    store(localStorage, SIZE, large);
    this.#size(large);
  }

  /** @param {string} size */
  #size(size) {
    if (size) this.dataset.size = size;
    else delete this.dataset.size;
    this.panel.querySelector("[aria-label=大字]")?.setAttribute("aria-pressed", String(Boolean(size)));
  }

  /** Theme and size follow the page where it is one of ours; size can be chosen here as well. */
  #mirror() {
    const page = document.documentElement;
    const copy = () => {
      if (page.dataset.theme) this.dataset.theme = page.dataset.theme;
      else delete this.dataset.theme;
      this.#size(page.dataset.size || stored(localStorage, SIZE));
    };
    copy();
    new MutationObserver(copy).observe(page, { attributes: true, attributeFilter: ["data-theme", "data-size"] });
  }
}
