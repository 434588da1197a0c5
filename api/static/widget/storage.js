// What a browser keeps for the page; a private window may refuse.
// @ts-check

/** @param {Storage} place @param {string} key */
export function stored(place, key) {
  try {
    return place.getItem(key) || "";
  } catch {
    return "";
  }
}

/** @param {Storage} place @param {string} key @param {string} value */
export function store(place, key, value) {
  try {
    place.setItem(key, value);
  } catch {
    // a private window keeps nothing; the page works all the same
  }
}
