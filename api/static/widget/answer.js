// Draws one answer: who speaks, the answer, its basis, what comes next. See the states in docs/widget.md.
// @ts-check
/** @import { Block, Citation, Contact, Decision, Message } from "./types.js" */
import { day, el, icon, plainArticle } from "./dom.js";

const SPEAKERS = {
  extract: ["知识库摘录", "由系统从知识库的条文和要点中摘出；要点是用平常的话写的，原文点开依据看"],
  faq: ["常见问答", "由人编写并对照条文审核"],
  model: ["AI 生成", "由模型写成，每句都与条文核对过"],
  expert: ["专家答复", "由专家本人答复"],
  rule: ["系统提示", "由固定规则给出"],
};
const ASKS = ["系统提问", "要分清情况，先问您一句；点一个或写一句都可以"];
const WRONG = ["规定过时或引错", "没有答到点子上", "看不懂", "金额或期限不对"];

/**
 * @typedef {object} Actions
 * @property {(question: string) => void} ask
 * @property {() => void} consult
 * @property {(message: string, helpful: boolean, reason: string) => Promise<void>} feedback
 */

export class AnswerView {
  /** @type {Citation[]} */
  #citations = [];
  /** @type {Block[]} */
  #shown = [];

  /** @param {Actions} actions @param {string} base */
  constructor(actions, base) {
    this.actions = actions;
    this.base = base;
    this.status = el("p", { class: "speaker" });
    this.body = el("div", { class: "body" });
    this.basis = el("div", { class: "basis" });
    this.after = el("div", { class: "after" });
    this.node = el("article", { class: "answer" }, this.status, this.body, this.basis, this.after);
  }

  /** @param {Message} message a stored message @returns {AnswerView} */
  draw(message) {
    this.references(message.citations || [], message.speaker || "rule", message.author);
    const blocks = message.blocks?.length ? message.blocks : [{ kind: "lead", text: message.text, cites: [], rows: [] }];
    for (const block of blocks) this.block(block);
    this.decide({ ...blank, ...message, message: message.id });
    return this;
  }

  /** @param {Citation[]} citations @param {string} speaker @param {string} [author] */
  references(citations, speaker, author) {
    this.#citations = citations;
    this.node.dataset.speaker = speaker;
    const [label, meaning] = SPEAKERS[/** @type {keyof typeof SPEAKERS} */ (speaker)] || SPEAKERS.rule;
    this.#badge([author ? `${label} · ${author}` : label, meaning]);
  }

  /** @param {string[]} words name and meaning */
  #badge([text, title]) {
    this.status.replaceChildren(el("span", { class: "badge", title, text }));
  }

  /** @param {Block} block */
  block(block) {
    this.#shown.push(block);
    if (block.kind === "table" && block.rows.length) this.body.append(this.#table(block));
    else if (block.kind === "steps") this.body.append(this.#steps(block));
    else if (block.kind === "quote") this.body.append(el("blockquote", { class: "quote" }, ...this.#marked(block)));
    else this.body.append(el("p", { class: block.kind }, ...this.#marked(block)));
  }

  /** The decision holds the whole answer: where it differs from what was streamed, it stands. @param {Decision} decision */
  settle(decision) {
    if (decision.blocks && JSON.stringify(decision.blocks.map(plain)) !== JSON.stringify(this.#shown.map(plain))) {
      this.body.replaceChildren();
      this.#shown = [];
      this.references(decision.citations || [], decision.speaker);
      for (const block of decision.blocks) this.block(block);
    }
    this.decide(decision);
  }

  /** An expert has it now: asking for one again would say nothing new. */
  handed() {
    this.after.querySelector(".hand")?.remove();
  }

  /** @param {Decision} decision */
  decide(decision) {
    this.node.dataset.outcome = decision.outcome;
    if (decision.outcome === "clarify") this.#badge(ASKS);
    if (decision.on && this.#citations.length) this.status.append(el("span", { text: `按${day(decision.on)}有效的规定` }));
    if (decision.outcome === "emergency") this.node.prepend(el("p", { class: "alarm" }, icon("alarm"), "先做这些"));
    this.#contacts(decision);
    this.#basis();
    this.#next(decision);
  }

  /** @param {string} words @param {(() => void)|null} again */
  fail(words, again) {
    this.node.dataset.outcome = "failed";
    this.body.append(el("p", { class: "trouble", role: "alert" }, words));
    if (again) this.body.append(el("button", { type: "button", class: "topic", onclick: again, text: "再试一次" }));
  }

  /** @param {Block} block */
  #table(block) {
    const [head, ...rows] = block.rows;
    const cells = rows.map((row) => el("tr", {}, ...row.map((cell, i) => el("td", { "data-head": head[i] || "" }, ...this.#cell(cell)))));
    const heading = el("tr", {}, ...head.map((cell) => el("th", { scope: "col", text: cell })));
    const table = el("table", {}, el("thead", {}, heading), el("tbody", {}, ...cells));
    const marks = block.rows.flat().some((cell) => MARK.test(cell)) ? [] : this.#marks(block.cites);
    return el("div", { class: "table" }, block.text ? el("p", {}, ...strong(block.text)) : null, table, ...marks);
  }

  /** A cell may end with the number of what it is taken from: 《…》第一千一百三十二条[1]. @param {string} text */
  #cell(text) {
    const found = MARK.exec(text);
    if (!found) return strong(text);
    return [...strong(plainArticle(text.slice(0, found.index))), ...this.#marks([Number(found[1])])];
  }

  /** @param {Block} block */
  #steps(block) {
    const items = block.rows.map((row) => el("li", {}, ...strong(row.join(" "))));
    return el("div", { class: "steps" }, el("h3", { text: block.text || "接下来" }), el("ol", {}, ...items), ...this.#marks(block.cites));
  }

  /** The marks stay on the line of the last character. @param {Block} block */
  #marked(block) {
    const marks = this.#marks(block.cites);
    const text = day(block.text);
    if (!marks.length) return strong(text);
    return [...strong(text.slice(0, -1)), el("span", { class: "together" }, text.slice(-1), ...marks)];
  }

  /** @param {number[]} cites */
  #marks(cites) {
    return cites
      .filter((n) => this.#citations[n - 1])
      .map((n) =>
        el("button", { type: "button", class: "mark", "aria-label": `依据 ${n}：${label(this.#citations[n - 1])}`, onclick: () => this.#open(n) }, String(n)),
      );
  }

  #basis() {
    if (!this.#citations.length) return;
    const items = this.#citations.map((citation, i) => this.#chip(citation, i + 1));
    this.basis.append(el("h3", { text: "依据" }), el("ul", {}, ...items));
  }

  /** @param {Citation} citation @param {number} n */
  #chip(citation, n) {
    const force = citation.status === "现行有效";
    const since = citation.since ? `${day(citation.since)}起施行` : "";
    const until = citation.until ? `${day(citation.until)}起失效` : "";
    const detail = el(
      "div",
      { class: "passage", hidden: true },
      el("blockquote", { text: citation.quote }),
      el("p", { class: "dates", text: [citation.level, since, until].filter(Boolean).join(" · ") }),
      citation.note && el("p", { class: "note", text: citation.note }),
      el("a", { href: this.base + citation.href, target: "_blank", rel: "noopener" }, icon("book"), "打开全文，看这一处"),
    );
    const chip = el(
      "button",
      { type: "button", class: "chip", "aria-expanded": "false", "data-force": force ? "yes" : citation.status },
      el("span", { class: "n", text: String(n) }),
      el("span", {}, el("span", { class: "name", text: label(citation) }), " ", el("span", { class: "status", text: citation.status })),
    );
    chip.addEventListener("click", () => {
      detail.hidden = !detail.hidden;
      chip.setAttribute("aria-expanded", String(!detail.hidden));
      if (!detail.hidden) detail.scrollIntoView({ block: "nearest" });
    });
    return el("li", {}, chip, detail);
  }

  /** @param {number} n */
  #open(n) {
    const item = this.basis.querySelectorAll("li")[n - 1];
    const chip = item?.querySelector("button");
    if (chip?.getAttribute("aria-expanded") === "false") chip.click();
    chip?.focus();
    item?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Decision} decision */
  #contacts(decision) {
    const urgent = decision.outcome === "emergency";
    const first = this.body.querySelector(urgent ? "p.lead" : "p.caution");
    const listed = first ? this.#tappable(first, decision.contacts) : decision.contacts;
    if (!listed.length) return;
    const said = this.#shown.map((block) => block.text).join("\n"); // nothing is said twice
    const items = listed.map((contact) =>
      el(
        "li",
        {},
        el("strong", { text: contact.department }),
        contact.hotline && call(contact),
        contact.note && !said.includes(contact.note) && el("span", { text: contact.note }),
      ),
    );
    const list = el("ul", { class: "contacts" }, ...items);
    if (urgent) this.body.prepend(list);
    else this.body.append(list);
    const confirm = listed.some((contact) => contact.confirm && contact.hotline);
    if (!urgent && confirm && !/号码是.*为准/.test(said)) {
      this.body.append(el("p", { class: "notice", text: "号码是公开信息，以当地部门公布的为准。" }));
    }
  }

  /** The sentence that says when to call whom: its numbers are what one taps, and stand nowhere else.
   * @param {Element} sentence @param {Contact[]} contacts @returns {Contact[]} those that it does not name */
  #tappable(sentence, contacts) {
    const text = sentence.textContent || "";
    const named = contacts.filter(({ hotline }) => hotline && text.split(/\D+/).includes(hotline));
    if (named.length) {
      sentence.classList.add("calls");
      sentence.replaceChildren(...text.split(/(\d+)/).map((part) => {
        const contact = named.find(({ hotline }) => hotline === part);
        return contact ? call(contact) : part;
      }));
    }
    return contacts.filter((contact) => !named.includes(contact));
  }

  /** @param {Decision} decision */
  #next(decision) {
    /** @param {string[]} texts */
    const topics = (texts) =>
      el("div", { class: "topics" }, ...texts.map((text) => el("button", { type: "button", class: "topic", onclick: () => this.actions.ask(text), text })));
    if (decision.choices.length) {
      // under the question itself: what it depends on may be a long table
      (this.body.querySelector("p.lead") || this.body.firstElementChild)?.after(el("h3", { text: "请选一个，我再接着答" }), topics(decision.choices));
    }
    if (decision.suggestions.length) this.after.append(el("h3", { text: "您可能还想问" }), topics(decision.suggestions));
    const asked = ["open", "taken", "replied"].includes(decision.consultation?.state || ""); // where it stands is told below
    const smalltalk = decision.outcome === "answered" && decision.speaker === "rule" && !this.#citations.length; // 你好, 谢谢
    if (decision.speaker === "expert" || asked || smalltalk) return;
    this.after.append(this.#hand(decision));
  }

  /** @param {Decision} decision */
  #hand(decision) {
    const main = decision.outcome === "escalate";
    const words = main ? "请专家答复" : "这没解决我的问题，请专家";
    const row = el("div", { class: "hand" }, el("button", { type: "button", class: main ? "primary" : "quiet", onclick: this.actions.consult }, icon("person"), words));
    if (decision.message && decision.outcome === "answered") row.append(this.#thumbs(decision.message));
    return row;
  }

  /** @param {string} message */
  #thumbs(message) {
    const box = el("div", { class: "thumbs", role: "group", "aria-label": "这个回答对您有用吗" });
    /** @param {boolean} helpful @param {string} reason */
    const say = async (helpful, reason) => {
      try {
        await this.actions.feedback(message, helpful, reason);
        box.replaceChildren(el("p", { class: "notice", role: "status", text: "收到，谢谢您。" }));
      } catch (error) {
        box.append(el("p", { class: "trouble", role: "alert", text: error instanceof Error ? error.message : String(error) }));
      }
    };
    const ask = () => {
      const reasons = WRONG.map((text) => el("button", { type: "button", class: "topic", onclick: () => say(false, text), text }));
      box.replaceChildren(el("p", { text: "哪里不对？" }), ...reasons);
      box.scrollIntoView({ block: "nearest" });
      reasons[0].focus({ preventScroll: true }); // what was tapped is gone: the keyboard goes on from here
    };
    box.append(
      el("button", { type: "button", class: "icon-button", "aria-label": "有用", onclick: () => say(true, "") }, icon("up")),
      el("button", { type: "button", class: "icon-button", "aria-label": "没用", onclick: ask }, icon("down")),
    );
    return box;
  }
}

/** @type {Decision} */
const blank = { message: "", outcome: "", speaker: "rule", confidence: 0, reasons: [], choices: [], suggestions: [], contacts: [], on: null, consultation: null };

/** @param {Contact} contact */
function call({ department, hotline }) {
  const weight = hotline.length === 3 ? "call saves" : "call";
  return el("a", { class: weight, href: `tel:${hotline}`, "aria-label": `${department} ${hotline}` }, icon("phone"), hotline);
}

/** What a reader sees of a block. @param {Block} block */
function plain(block) {
  return [block.kind, block.text, block.cites, block.rows];
}

/** @param {Citation} citation */
function label(citation) {
  return `《${citation.title}》${plainArticle(citation.article)}${citation.paragraph}`;
}

const MARK = /\[(\d{1,2})\]$/;
const AMOUNT = String.raw`(?:\d[\d,.]*\s*|(?<![第同〇零一二两三四五六七八九十百千])[一二两三四五六七八九十百千]+)(?:万元|亿元|元|%|％|倍|日|天|个月|年|小时|公里|米|分贝|微克\/立方米)(?:以上|以下|以内|内)?`;
const SUMS = new RegExp(`((?<![\\d.年月])${AMOUNT}(?:\\s*[—－~至-]?\\s*${AMOUNT})?)`);
const CALENDAR = /^\s*(?:\d{4}\s*年|一年一次)/; // a day of the calendar is no deadline

/** Sums and deadlines in bold, so that the eye finds them; a number and its unit stay on one line. @param {string} text @returns {(Node|string)[]} */
function strong(text) {
  return day(text)
    .split(SUMS)
    .map((part, i) => (i % 2 && !CALENDAR.test(part) ? el("strong", { text: part.replace(/(\d) (?=\D)/g, "$1\u00a0") }) : part))
    .filter(Boolean);
}
