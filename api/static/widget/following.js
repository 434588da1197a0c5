// Listens for the expert's replies while an expert has the conversation.
// @ts-check
/** @import { Client } from "./client.js" */
/** @import { Consultation, Message } from "./types.js" */

const FIRST_WAIT = 1000; // milliseconds before the line is opened again, twice as long after each try
const LONGEST_WAIT = 30000;

export class Following {
  /** @type {AbortController|null} */
  #listening = null;
  #last = "";

  /** @param {Client} client @param {(message: Message) => void} reply */
  constructor(client, reply) {
    this.client = client;
    this.reply = reply;
  }

  /** @param {Consultation|null} consultation */
  begin(consultation) {
    if (!consultation || consultation.state === "offered" || this.#listening) return;
    this.#listening = new AbortController();
    this.#listen(this.#listening.signal);
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#last = "";
  }

  /** @param {AbortSignal} signal */
  async #listen(signal) {
    for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        for await (const { event, data, id } of this.client.follow(this.#last, signal)) {
          wait = FIRST_WAIT;
          if (id) this.#last = id;
          if (event === "reply") this.reply(data);
        }
      } catch {
        if (signal.aborted) return; // else the line broke: try again, slower each time
      }
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
