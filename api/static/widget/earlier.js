// The conversations that an expert has: where the way back to the earlier ones is, and which of all have a reply not read yet.
// @ts-check
/** @import { Client } from "./client.js" */
/** @import { Kept } from "./types.js" */
import { el, icon } from "./dom.js";

export class Earlier {
  /** @type {Set<string>} conversations with a reply that has not been read here */
  #news = new Set();
  /** @type {Set<string>} earlier ones that have ended and were read: one look a page is enough, should an expert open them again */
  #ended = new Set();
  node = el("nav", { class: "earlier", "aria-label": "转给专家的对话", hidden: true });

  /** @param {Client} client @param {{back: (id: string) => void, news: (any: boolean) => void}} actions */
  constructor(client, actions) {
    this.client = client;
    this.actions = actions;
  }

  /** Asks the server whether an expert has written since; a server that does not answer is asked again later.
   * @param {boolean} present whether the present conversation is out of sight too */
  async look(present) {
    const { now, earlier } = this.client.kept;
    const waiting = earlier.filter((kept) => !this.#ended.has(kept.id));
    await Promise.all([...(present && now ? [now] : []), ...waiting].map((kept) => kept.expert && this.#lookAt(kept)));
    this.actions.news(this.#news.size > 0);
  }

  /** @param {Kept} kept */
  async #lookAt(kept) {
    const found = await this.client.look(kept).catch(() => undefined);
    if (found === null) this.client.kept.drop(kept.id);
    const replies = found?.messages.filter((message) => message.role === "expert").length || 0;
    const unread = replies > (this.client.kept.of(kept.id)?.replies || 0); // as it is now: it may have been read meanwhile
    if (unread) this.#news.add(kept.id);
    else if (found !== undefined) this.#news.delete(kept.id);
    if (!unread && found?.consultation?.state === "closed") this.#ended.add(kept.id);
  }

  /** @param {Kept|null} kept @param {boolean} read */
  mark(kept, read) {
    if (!kept) return;
    if (read) this.#news.delete(kept.id);
    else this.#news.add(kept.id);
    this.actions.news(this.#news.size > 0);
  }

  /** @param {boolean} all where nothing else is in the window; else only those with news */
  draw(all) {
    const shown = this.client.kept.earlier.filter((kept) => all || this.#news.has(kept.id));
    const rows = shown.map((kept) => el("li", {}, this.#row(kept)));
    this.node.hidden = !rows.length;
    this.node.replaceChildren(el("h3", { text: "转给专家的对话" }), el("ul", {}, ...rows));
  }

  /** @param {string} id */
  #back(id) {
    this.#ended.delete(id); // it may be taken up again
    this.actions.back(id);
  }

  /** @param {Kept} kept */
  #row(kept) {
    const news = this.#news.has(kept.id) && el("span", { class: "news", text: "有新答复" });
    return el("button", { type: "button", class: "topic", onclick: () => this.#back(kept.id) }, icon("person"), el("span", { text: kept.title || "较早的对话" }), news);
  }
}
