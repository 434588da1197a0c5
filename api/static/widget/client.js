// Talks to the server: one conversation, its secret kept in this browser, answers and expert replies as event streams.
// @ts-check
/** @import { Conversation, Kept, ServerEvent } from "./types.js" */
import { Keeping } from "./kept.js";

const UNLISTED = "这个网站还没有在环保医生那里登记，暂时不能在这里咨询。您写的内容还在，请告诉网站的管理员。";
const TITLE = 40; // characters of the first question, by which a person knows a conversation again

/** What went wrong, in words for the person who reads it. */
export class Trouble extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

export class Client {
  kept = new Keeping();

  /** @param {string} base address of the server, without a slash at its end */
  constructor(base) {
    this.base = base;
  }

  /** @returns {Promise<Conversation|null>} the conversation kept in this browser, null where there is none any more */
  async restore() {
    const kept = this.kept.now;
    const found = kept && (await this.look(kept));
    if (this.kept.now?.id !== kept?.id) return null; // another one has taken its place meanwhile
    if (found) this.kept.note({ title: found.messages[0]?.text.slice(0, TITLE) });
    else if (kept) this.kept.keep(null);
    return found;
  }

  /** @param {Kept} kept @returns {Promise<Conversation|null>} null where it is gone */
  async look(kept) {
    const response = await this.#send(`/api/conversations/${kept.id}`, {}, kept);
    if ([401, 403, 404].includes(response.status)) return null;
    return (await this.#good(response)).json();
  }

  async remove() {
    if (!this.kept.now) return;
    await this.#good(await this.#send(`/api/conversations/${this.kept.now.id}`, { method: "DELETE" }));
    this.kept.keep(null);
  }

  /** @returns {Promise<Blob>} the conversation, to read */
  async export() {
    return (await this.#good(await this.#send(`/api/conversations/${this.kept.now?.id}/export?form=text`))).blob();
  }

  /** @param {string} question @param {AbortSignal} signal @returns {AsyncGenerator<ServerEvent>} */
  async *ask(question, signal) {
    if (!this.kept.now) {
      const response = await this.#good(await this.#send("/api/conversations", { method: "POST", signal }));
      const { id, token } = await response.json();
      this.kept.keep({ id, token, title: question.slice(0, TITLE) });
    }
    const body = JSON.stringify({ conversation: this.kept.now?.id, question });
    yield* events(await this.#good(await this.#send("/api/chat", { method: "POST", body, signal })));
  }

  /** Expert replies and changes of state, from the event after `last` on. @param {string|number} last @param {AbortSignal} signal */
  async *follow(last, signal) {
    const headers = new Headers(last ? { "Last-Event-ID": String(last) } : undefined);
    yield* events(await this.#good(await this.#send(`/api/conversations/${this.kept.now?.id}/events`, { headers, signal })));
  }

  /** @param {string} note @param {string} contact */
  async consult(note, contact) {
    const body = JSON.stringify({ note, contact: contact || null });
    const path = `/api/conversations/${this.kept.now?.id}/consultation`;
    return (await this.#good(await this.#send(path, { method: "POST", body }))).json();
  }

  /** @param {string} message @param {boolean} helpful @param {string} reason */
  async feedback(message, helpful, reason) {
    const body = JSON.stringify({ helpful, reason: reason || null });
    await this.#good(await this.#send(`/api/messages/${message}/feedback`, { method: "POST", body }));
  }

  /** @param {string} path @param {RequestInit} options @param {Kept|null} kept whose secret opens it @returns {Promise<Response>} */
  async #send(path, options = {}, kept = this.kept.now) {
    const headers = new Headers(options.headers);
    if (options.body) headers.set("Content-Type", "application/json");
    if (kept) headers.set("Authorization", `Bearer ${kept.token}`);
    try {
      return await fetch(this.base + path, { ...options, headers });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Trouble((await this.#unlisted()) ? UNLISTED : "没有连上服务器。您写的内容还在，请检查网络后再发送一次。");
    }
  }

  /** Whether the server is there, and refuses the site that this page belongs to. Static files are open to every site. */
  async #unlisted() {
    if (new URL(this.base).origin === location.origin) return false;
    const there = await fetch(`${this.base}/static/mark.svg`, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (there?.ok) console.warn(`env-doctor: ${location.origin} is not in ENVDOCTOR_ORIGINS of ${this.base}`);
    return Boolean(there?.ok);
  }

  /** @param {Response} response @returns {Promise<Response>} */
  async #good(response) {
    if (response.ok) return response;
    const words = await response.json().then((body) => body.message || body.detail, () => "");
    const plain = typeof words === "string" && words ? words : "服务器暂时没有办好这件事。您写的内容还在，请稍后再试。";
    throw new Trouble(plain, response.status);
  }
}

/** Reads a text/event-stream. @param {Response} response @returns {AsyncGenerator<ServerEvent>} */
export async function* events(response) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + value).replaceAll("\r\n", "\n");
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const parsed = parse(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (parsed) yield parsed;
    }
  }
}

/** @param {string} chunk @returns {ServerEvent|null} null for a heartbeat */
function parse(chunk) {
  let event = "message";
  let id = "";
  const data = [];
  for (const line of chunk.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) || [];
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  return data.length ? { event, id, data: JSON.parse(data.join("\n")) } : null;
}
