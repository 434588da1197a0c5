// Listens for the expert's replies, and for where the consultation stands, once a person has asked for an expert.
// @ts-check
/** @import { Client } from "./client.js" */
/** @import { Consultation, Message } from "./types.js" */

const FIRST_WAIT = 1000; // milliseconds before the line is opened again, twice as long after each try
const LONGEST_WAIT = 30000;

export class Following {
  /** @type {AbortController|null} */
  #listening = null;
  /** @type {string|number} */
  #last = "";

  /** @param {Client} client @param {{reply: (message: Message) => void, state: (consultation: Consultation) => void}} tell */
  constructor(client, tell) {
    this.client = client;
    this.tell = tell;
  }

  /** @param {Consultation|null} consultation @param {string|number} [last] event that is known already */
  begin(consultation, last = "") {
    if (!consultation || consultation.state === "offered" || this.#listening) return;
    this.#last = last;
    this.#listening = new AbortController();
    this.#listen(this.#listening.signal);
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
  }

  /** @param {AbortSignal} signal */
  async #listen(signal) {
    for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        for await (const { event, data, id } of this.client.follow(this.#last, signal)) {
          wait = FIRST_WAIT;
          if (id) this.#last = id;
          if (event === "reply") this.tell.reply(data);
          else if (event === "state") this.tell.state(data);
        }
      } catch {
        if (signal.aborted) return; // else the line broke: try again, slower each time
      }
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
