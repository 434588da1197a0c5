// Where the consultation stands, in words for the person who waits: one line, at the place where it last changed.
// @ts-check
/** @import { Consultation } from "./types.js" */
import { el, icon } from "./dom.js";

const WAIT = [
  "答复会出现在这里。什么时候答要看专家的工作安排，急事请打 12345。",
  "您可以先关掉页面，回来还在；有了新答复，“环保医生”按钮上会标出来。系统不发短信，留了电话或邮箱的，专家也可能直接联系您。",
  "照片和文书这里传不了，请按专家说的地方交。",
].join("\n");
/** @type {Record<string, [string, string]>} */
const WORDS = {
  open: ["已转给专家，等专家接手。", WAIT],
  taken: ["专家已经接手，您再写的话直接到专家那里。", WAIT],
  closed: ["这次问诊已经结束。", "您可以接着问，由系统来答；还要专家看的，再转一次。"],
};

export class Standing {
  #state = "";
  node = el("div", { class: "handed", role: "status", hidden: true });

  /** @param {() => void} consult asks for an expert again */
  constructor(consult) {
    this.consult = consult;
  }

  /** @param {Consultation|null} consultation @returns {boolean} whether there is something new to read */
  show(consultation) {
    const state = consultation?.state || "";
    if (state === this.#state) return false;
    this.#state = state;
    const words = WORDS[state]; // a reply speaks for itself
    this.node.hidden = !words;
    if (!words) return false;
    const again = state === "closed" && el("button", { type: "button", class: "topic", onclick: this.consult, text: "再请专家" });
    this.node.replaceChildren(icon("person"), el("div", {}, el("p", { text: words[0] }), el("p", { class: "fine-print", text: words[1] }), again));
    return true;
  }
}
