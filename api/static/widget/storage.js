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

/** @param {Storage} place @param {string} key @param {string} value nothing where it is to go */
export function store(place, key, value) {
  try {
    if (value) place.setItem(key, value);
    else place.removeItem(key);
  } catch {
    // a private window keeps nothing; the page works all the same
  }
}
