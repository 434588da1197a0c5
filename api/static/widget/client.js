// Talks to the server: one conversation, its secret kept in this browser, answers and expert replies as event streams.
// @ts-check
/** @import { Conversation, ServerEvent } from "./types.js" */

const KEPT = "env-doctor.conversation";

/** What went wrong, in words for the person who reads it. */
export class Trouble extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

export class Client {
  /** @type {{id: string, token: string}|null} */
  #kept = null;

  /** @param {string} base address of the server, without a slash at its end */
  constructor(base) {
    this.base = base;
    try {
      this.#kept = JSON.parse(localStorage.getItem(KEPT) || "null");
    } catch {
      this.#kept = null; // private windows may refuse storage: the conversation then lives as long as the page
    }
  }

  get started() {
    return this.#kept !== null;
  }

  /** @returns {Promise<Conversation|null>} the conversation kept in this browser, null where there is none any more */
  async restore() {
    if (!this.#kept) return null;
    const response = await this.#send(`/api/conversations/${this.#kept.id}`);
    if (response.status === 404 || response.status === 401 || response.status === 403) {
      this.forget();
      return null;
    }
    return (await this.#good(response)).json();
  }

  forget() {
    this.#keep(null);
  }

  async remove() {
    if (!this.#kept) return;
    await this.#good(await this.#send(`/api/conversations/${this.#kept.id}`, { method: "DELETE" }));
    this.forget();
  }

  /** @returns {Promise<Blob>} the conversation, to read */
  async export() {
    return (await this.#good(await this.#send(`/api/conversations/${this.#kept?.id}/export?form=text`))).blob();
  }

  /** @param {string} question @param {AbortSignal} signal @returns {AsyncGenerator<ServerEvent>} */
  async *ask(question, signal) {
    if (!this.#kept) {
      const response = await this.#good(await this.#send("/api/conversations", { method: "POST" }));
      this.#keep(await response.json());
    }
    const body = JSON.stringify({ conversation: this.#kept?.id, question });
    yield* events(await this.#good(await this.#send("/api/chat", { method: "POST", body, signal })));
  }

  /** Expert replies and changes of state, from the event after `last` on. @param {string} last @param {AbortSignal} signal */
  async *follow(last, signal) {
    const headers = new Headers(last ? { "Last-Event-ID": last } : undefined);
    yield* events(await this.#good(await this.#send(`/api/conversations/${this.#kept?.id}/events`, { headers, signal })));
  }

  /** @param {string} note @param {string} contact */
  async consult(note, contact) {
    const body = JSON.stringify({ note, contact: contact || null });
    const path = `/api/conversations/${this.#kept?.id}/consultation`;
    return (await this.#good(await this.#send(path, { method: "POST", body }))).json();
  }

  /** @param {string} message @param {boolean} helpful @param {string} reason */
  async feedback(message, helpful, reason) {
    const body = JSON.stringify({ helpful, reason: reason || null });
    await this.#good(await this.#send(`/api/messages/${message}/feedback`, { method: "POST", body }));
  }

  /** @param {{id: string, token: string}|null} kept */
  #keep(kept) {
    this.#kept = kept;
    try {
      if (kept) localStorage.setItem(KEPT, JSON.stringify({ id: kept.id, token: kept.token }));
      else localStorage.removeItem(KEPT);
    } catch {
      // no storage: nothing to keep
    }
  }

  /** @param {string} path @param {RequestInit} options @returns {Promise<Response>} */
  async #send(path, options = {}) {
    const headers = new Headers(options.headers);
    if (options.body) headers.set("Content-Type", "application/json");
    if (this.#kept) headers.set("Authorization", `Bearer ${this.#kept.token}`);
    try {
      return await fetch(this.base + path, { ...options, headers });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Trouble("没有连上服务器。您写的内容还在，请检查网络后再发送一次。");
    }
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
