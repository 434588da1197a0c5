// The conversations that this browser keeps: the present one, and those with an expert that a new one took the place of.
// @ts-check
/** @import { Kept } from "./types.js" */
import { store, stored } from "./storage.js";

const NOW = "env-doctor.conversation";
const EARLIER = "env-doctor.earlier";
const MOST = 10; // earlier conversations; each is looked after, and a shared device would gather them without end

export class Keeping {
  /** @type {Kept|null} */
  #now = parse(stored(localStorage, NOW), null);
  /** @type {Kept[]} where storage is refused, the way back lasts as long as the page */
  #earlier = [];

  /** @returns {Kept|null} with what another window of this browser has learned of it meanwhile */
  get now() {
    const known = parse(stored(localStorage, NOW), null);
    if (this.#now && known?.id === this.#now.id) this.#now = { ...this.#now, ...known };
    return this.#now;
  }

  /** @returns {Kept[]} the last one first */
  get earlier() {
    return parse(stored(localStorage, EARLIER), this.#earlier);
  }

  /** @param {string} id @returns {Kept|null|undefined} */
  of(id) {
    return [this.now, ...this.earlier].find((kept) => kept?.id === id);
  }

  /** @param {Kept|null} kept */
  keep(kept) {
    const there = parse(stored(localStorage, NOW), null);
    // Another window may have begun one since: where an expert has it, it is not lost.
    if (there?.expert && ![this.#now?.id, kept?.id].includes(there.id)) this.#aside(there);
    this.#now = kept;
    store(localStorage, NOW, kept ? JSON.stringify(kept) : "");
  }

  /** Writes down something about the present conversation. @param {Partial<Kept>} known */
  note(known) {
    const now = this.now;
    if (!now) return;
    this.#now = { ...now, ...known };
    // Another window may have begun another conversation since: its secret is not to be written over.
    const there = parse(stored(localStorage, NOW), null);
    if (there?.id === now.id) this.keep(this.#now);
    else if (this.earlier.some((kept) => kept.id === now.id)) this.#write(this.earlier.map((kept) => (kept.id === now.id ? { ...kept, ...known } : kept)));
    else if (this.#now.expert && there) this.#aside(this.#now);
    else if (this.#now.expert) this.keep(this.#now);
  }

  /** Makes room for a new conversation; one that an expert has can be opened again. */
  putAside() {
    const now = this.now;
    if (now?.expert) this.#aside(now);
    this.keep(null);
  }

  /** Makes an earlier conversation the present one. @param {string} id */
  back(id) {
    const kept = this.earlier.find((kept) => kept.id === id);
    if (!kept) return;
    this.putAside();
    this.drop(id);
    this.keep(kept);
  }

  /** @param {string} id of an earlier conversation that is gone */
  drop(id) {
    this.#write(this.earlier.filter((kept) => kept.id !== id));
  }

  /** @param {Kept} kept */
  #aside(kept) {
    this.#write([kept, ...this.earlier.filter((other) => other.id !== kept.id)].slice(0, MOST));
  }

  /** @param {Kept[]} earlier */
  #write(earlier) {
    this.#earlier = earlier;
    store(localStorage, EARLIER, earlier.length ? JSON.stringify(earlier) : "");
  }
}

/** @template T @param {string} text @param {T} otherwise @returns {any|T} */
function parse(text, otherwise) {
  try {
    return JSON.parse(text) || otherwise;
  } catch {
    return otherwise; // nothing there, or not ours
  }
}
