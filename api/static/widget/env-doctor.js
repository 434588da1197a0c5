// <env-doctor>: the widget. Attributes: `inline` (part of the page instead of a button), `open`, `server` (its address,
// by default where this file came from). It fires one composed event, `env-doctor:outcome`, with {outcome}.
// @ts-check
/** @import { Message, Consultation, Conversation, Note } from "./types.js" */
import { AnswerView } from "./answer.js";
import { Client, Trouble } from "./client.js";
import { Composer } from "./composer.js";
import { consultForm } from "./consult.js";
import { el, icon } from "./dom.js";
import { Earlier } from "./earlier.js";
import { Following } from "./following.js";
import { enlarge, follow } from "./look.js";
import { modal } from "./modal.js";
import { Standing } from "./standing.js";
import { store, stored } from "./storage.js";
import { sure } from "./sure.js";

const TOPICS = ["没有排污许可证就排污，罚多少？", "楼下馆子油烟呛人，找谁管？", "危险废物能放多久？", "工地半夜打桩，哪里投诉？", "项目要做环评报告书还是报告表？", "江边一公里能不能建化工厂？"];
const SHEETS = ["../tokens.css", "./widget.css", "./answer.css"];
const REMOVE = "删除对话";
const OPEN = "env-doctor.open";
const KEPT = "这次对话先收起来，专家的答复照样会到。在“转给专家的对话”里可以再打开；不想留在这台设备上的，请改用“删除对话”。";
const GONE = "这样一来，这次对话在这里就找不回来了。要留底的，请先导出。";

export class EnvDoctor extends HTMLElement {
  static observedAttributes = ["open"];
  #client = new Client(this.getAttribute("server")?.replace(/\/$/, "") || new URL("../..", import.meta.url).href.replace(/\/$/, ""));
  /** @type {AbortController|null} */
  #asking = null;
  #following = new Following(this.#client, { reply: (message) => this.#reply(message), state: (consultation) => this.#stand(consultation) });
  #earlier = new Earlier(this.#client, { back: (id) => this.#leave("打开那次对话", () => this.#back(id)), news: (any) => this.#news(any) });
  #standing = new Standing(() => this.#consult());
  #seen = new Set();
  #replies = 0; // of experts, drawn in the log
  /** @type {AnswerView[]} */
  #views = [];
  #built = false;
  /** @type {MutationObserver|null} */
  #watching = null;
  log = el("div", { class: "log", role: "log", "aria-label": "对话", "aria-live": "off" });
  voice = el("p", { class: "voice", role: "status", "aria-live": "polite" });
  composer = new Composer({ send: (text) => this.ask(text), stop: () => this.#asking?.abort() });
  greeting = el("div", { class: "greeting" });
  removing = el("button", { type: "button", class: "link", text: REMOVE, onclick: () => this.#remove() });
  mine = el(
    "span",
    { hidden: true },
    el("button", { type: "button", class: "link", text: "导出对话", onclick: () => this.#export() }),
    this.removing,
  );
  asked = el("div"); // what must be answered before anything else happens
  scroller = el("div", { class: "scroll", tabindex: "0" }, this.greeting, this.log);
  panel = el("section", { class: "panel", "aria-label": "环保医生", hidden: true });
  larger = el("button", { type: "button", class: "icon-button", "aria-label": "大字", "aria-pressed": "false", onclick: () => enlarge(this, this.larger) }, icon("text"));
  button = el("button", { type: "button", class: "launch", "aria-expanded": "false", onclick: () => this.open() }, icon("doctor"), "环保医生");
  news = el("span", { class: "news", text: "有新答复" });

  connectedCallback() {
    if (!this.#built) this.#build();
    this.#built = true;
    this.#watching = follow(this, this.larger);
    document.addEventListener("visibilitychange", this.#look);
    if (this.inline || stored(sessionStorage, OPEN) === location.pathname) this.open();
    else this.#look();
  }

  disconnectedCallback() {
    this.#asking?.abort();
    this.#following.stop();
    this.#watching?.disconnect();
    document.removeEventListener("visibilitychange", this.#look);
  }

  attributeChangedCallback() {
    if (this.#built) this.#show(this.shown);
  }

  get inline() {
    return this.hasAttribute("inline");
  }

  get shown() {
    return this.inline || this.hasAttribute("open");
  }

  open() {
    this.setAttribute("open", "");
    if (!this.inline) {
      store(sessionStorage, OPEN, location.pathname); // on another page it would cover what the person came to read
      this.composer.input.focus();
    }
    this.#restore();
    this.#look();
  }

  close() {
    this.removeAttribute("open");
    store(sessionStorage, OPEN, "");
    this.button.focus();
  }

  /** Asks as if the person had typed it. @param {string} question */
  async ask(question) {
    const text = question.trim();
    if (!text || this.#asking || !this.composer.fits(text)) return;
    this.#begun(true);
    this.log.append(el("p", { class: "mine", text }));
    const view = this.#view();
    view.node.classList.add("busy");
    this.log.append(view.node);
    this.#scroll();
    if (this.composer.input.value.trim() === text) this.composer.write("");
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
        this.#stand(data.consultation);
        this.#following.begin(data.consultation);
        this.dispatchEvent(new CustomEvent("env-doctor:outcome", { detail: { outcome: data.outcome }, bubbles: true, composed: true }));
      } else if (event === "error") throw new Trouble(data.message);
      this.#scroll();
    }
    if (!decided) throw new Trouble("回答在半路断开了。您的问题已经收到，请再试一次。");
  }

  /** @param {unknown} error @param {string} text @param {AnswerView} view */
  #failed(error, text, view) {
    if (!view.node.isConnected) return; // another conversation has taken its place
    const stopped = error instanceof DOMException && error.name === "AbortError";
    if (!this.composer.input.value) this.composer.write(text);
    const words = stopped ? "已停止。" : error instanceof Error ? error.message : String(error);
    view.fail(words, () => {
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
        this.#note({ at: "", note, contact });
        this.#stand(made);
        this.#following.begin(made);
      },
      back: () => this.composer.input.focus(),
      trouble: (words) => this.composer.say(words),
    });
    this.log.append(box);
    this.#toEnd();
    box.querySelector("textarea")?.focus();
  }

  /** Says where the consultation stands, as soon as that changes. @param {Consultation|null} consultation */
  #stand(consultation) {
    if (!consultation) return;
    if (consultation.state !== "offered") this.#client.kept.note({ expert: true });
    if (["open", "taken", "replied"].includes(consultation.state)) for (const view of this.#views) view.handed();
    if (!this.#standing.show(consultation)) return;
    this.log.append(this.#standing.node);
    this.#toEnd();
  }

  /** @param {Message} message */
  #reply(message) {
    if (this.#seen.has(message.id)) return;
    this.#draw(message);
    this.#announce(`专家答复：${message.text}`);
    this.#read();
    this.#toEnd();
  }

  /** What an expert wrote counts as read once it has stood in the open window. */
  #read() {
    if (this.shown) this.#client.kept.note({ replies: this.#replies });
    this.#earlier.mark(this.#client.kept.now, this.shown);
  }

  #look = () => {
    if (!document.hidden) this.#earlier.look(!this.shown);
  };

  /** @param {boolean} any whether some reply has not been read */
  #news(any) {
    if (any) this.button.append(this.news);
    else this.news.remove();
    this.#earlier.draw(!this.greeting.hidden);
  }

  /** What the person wrote for the expert, beside the conversation. @param {Note} note */
  #note({ note, contact }) {
    const words = [note && `给专家的话：${note}`, contact && `联系方式：${contact}`].filter(Boolean).join("\n");
    if (words) this.log.append(el("p", { class: "mine", text: words }));
  }

  /** @param {Message} message */
  #draw(message) {
    this.#seen.add(message.id);
    if (message.role === "expert") this.#replies += 1;
    if (message.role === "user") this.log.append(el("p", { class: "mine", text: message.text }));
    else this.log.append(this.#view().draw({ ...message, speaker: message.role === "expert" ? "expert" : message.speaker }).node);
  }

  async #restore() {
    if (!this.#client.kept.now) return;
    if (this.log.childElementCount) return this.#read();
    try {
      const conversation = await this.#client.restore();
      if (conversation) this.#redraw(conversation);
      this.#begun(this.log.childElementCount > 0);
      this.#toEnd();
    } catch (error) {
      this.composer.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Conversation} conversation */
  #redraw({ messages, notes, consultation, last_event }) {
    for (const message of messages) {
      while (notes.length && notes[0].at < message.at) this.#note(/** @type {Note} */ (notes.shift()));
      if (!this.#seen.has(message.id)) this.#draw(message);
    }
    for (const note of notes) this.#note(note);
    this.#stand(consultation);
    this.#following.begin(consultation, last_event);
    this.#read();
  }

  /** @param {boolean} begun whether a conversation is in the window; else the greeting, with the way back to earlier ones */
  #begun(begun) {
    this.greeting.hidden = begun;
    this.mine.hidden = !begun;
    this.#earlier.draw(!begun);
  }

  /** Another conversation takes the place of this one: never by one tap alone. @param {string} yes @param {() => void} go */
  #leave(yes, go) {
    if (!this.log.childElementCount && !this.#client.kept.now) return go(); // one that could not be drawn is not nothing
    const words = this.#client.kept.now?.expert ? KEPT : GONE;
    const { box, stay } = sure({ words, yes, act: go, back: () => this.composer.input.focus() });
    this.asked.replaceChildren(box);
    stay.focus();
  }

  #fresh() {
    this.#clear();
    this.#client.kept.putAside();
    this.#begun(false);
    this.composer.input.focus();
  }

  /** @param {string} id */
  #back(id) {
    this.#clear();
    this.#client.kept.back(id);
    this.composer.input.focus();
    this.#restore();
  }

  #clear() {
    this.#asking?.abort();
    this.#following.stop();
    this.#standing.show(null);
    this.#views = [];
    this.#replies = 0;
    this.#seen.clear();
    this.log.replaceChildren();
    this.asked.replaceChildren();
  }

  async #export() {
    try {
      const href = URL.createObjectURL(await this.#client.export());
      el("a", { href, download: "环保医生对话.txt" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60000);
    } catch (error) {
      this.composer.say(error instanceof Error ? error.message : String(error));
    }
  }

  #keep() {
    if (this.removing.textContent === REMOVE) return;
    this.removing.textContent = REMOVE;
    this.composer.say("");
  }

  /** The first tap asks, the second removes: what is gone does not come back. */
  async #remove() {
    if (this.removing.textContent === REMOVE) {
      this.removing.textContent = "确定删除"; // as wide as before: nothing moves under the finger
      this.composer.say("删除后不能恢复。要删除，请再点一次。");
      return;
    }
    try {
      await this.#client.remove();
      this.removing.textContent = REMOVE;
      this.#fresh();
      this.composer.say("这次对话已经删除。");
    } catch (error) {
      this.removing.textContent = REMOVE;
      this.composer.say(error instanceof Error ? error.message : String(error));
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
    for (const sheet of SHEETS) root.append(el("link", { rel: "stylesheet", href: new URL(sheet, import.meta.url).href }));
    this.greeting.append(
      el("p", { text: "您好，我是环保医生。您用自己的话问，我按现行规定答，每句都有出处；答不准的转给专家。" }),
      el("div", { class: "topics" }, ...TOPICS.map((text) => el("button", { type: "button", class: "topic", onclick: () => this.ask(text), text }))),
    );
    const head = el(
      "header",
      {},
      el("h2", {}, icon("doctor"), "环保医生"),
      this.larger,
      el("button", { type: "button", class: "icon-button", "aria-label": "开始新的对话", onclick: () => this.#leave("开始新的对话", () => this.#fresh()) }, icon("fresh")),
      !this.inline && el("button", { type: "button", class: "icon-button", "aria-label": "关闭", onclick: () => this.close() }, icon("close")),
    );
    const foot = el("footer", {}, this.asked, this.composer.notice, this.composer.form, el("p", { class: "fine" }, "系统按知识库作答，供参考；不替代行政决定。", this.mine));
    this.removing.addEventListener("blur", () => this.#keep());
    this.panel.setAttribute("role", this.inline ? "region" : "dialog");
    if (!this.inline) modal(this.panel);
    this.panel.append(head, this.#earlier.node, this.scroller, this.voice, foot);
    root.append(this.panel, this.button);
    this.button.hidden = this.inline;
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.inline && !event.isComposing) this.close();
    });
    this.composer.restore();
  }

  /** @param {AbortController|null} asking */
  #busy(asking) {
    this.#asking = asking;
    this.composer.busy(Boolean(asking));
    this.log.setAttribute("aria-busy", String(Boolean(asking)));
  }

  /** @param {boolean} visible */
  #show(visible) {
    this.panel.hidden = !visible;
    this.button.hidden = this.inline || visible;
    this.button.setAttribute("aria-expanded", String(visible));
  }

  /** @param {string} text */
  #announce(text) {
    this.voice.textContent = text;
  }

  /** Follows the stream until the question reaches the top: the answer's first line then stays where it is read. */
  #scroll() {
    const heads = this.log.querySelectorAll(":scope > .mine, :scope > [data-outcome=emergency]"); // an emergency has the whole height
    const head = /** @type {HTMLElement[]} */ ([...heads]).at(-1);
    const top = head ? head.offsetTop - this.scroller.offsetTop - 12 : Infinity;
    this.scroller.scrollTop = Math.min(top, this.scroller.scrollHeight);
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
