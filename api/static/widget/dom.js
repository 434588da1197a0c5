// Small helpers for building elements. Text is always written as text, never as HTML.
// @ts-check

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [options] attributes; `text`, `onclick` and other handlers, and `class`
 * @param {(Node|string|null|undefined|false)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

const PATHS = {
  doctor: "M12 3v6m-3-3h6M5 13c0 4 3 7 7 7s7-3 7-7c0-2-1-4-2-5M5 13c0-2 1-4 2-5",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-3-6-7-2z",
  stop: "M7 7h10v10H7z",
  fresh: "M5 12a7 7 0 1 1 2 5M5 18v-4h4",
  text: "M4 18l5-12 5 12M6 14h6M15 18l3-7 3 7M16 16h4",
  book: "M5 4h9a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h9",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  alarm: "M12 4l9 16H3zM12 10v5M12 17.5v.5",
  phone: "M6 4h4l2 5-3 2c1 2 3 4 5 5l2-3 5 2v4c-8 2-17-7-15-15z",
  up: "M7 11l4-7c2 0 3 1 2 3l-1 3h6l-1 9H7zM7 11H4v8h3",
  down: "M17 13l-4 7c-2 0-3-1-2-3l1-3H6l1-9h10zM17 13h3V5h-3",
};

/** @param {keyof typeof PATHS} name @returns {SVGSVGElement} */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" })) svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const DIGITS = "零一二三四五六七八九";
const UNITS = { 十: 10, 百: 100, 千: 1000 };

/** 第一千一百零二条 is shown as 第1102条, which people read faster. @param {string} article */
export function plainArticle(article) {
  return article.replace(/[零一二三四五六七八九十百千]+(?=条)/, (numeral) => {
    let total = 0;
    let digit = 0;
    for (const char of numeral) {
      if (char in UNITS) {
        total += (digit || 1) * UNITS[/** @type {keyof typeof UNITS} */ (char)];
        digit = 0;
      } else digit = DIGITS.indexOf(char);
    }
    return String(total + digit);
  });
}

/** 2026-08-15 is shown as 2026年8月15日, wherever it stands in a text. @param {string} text */
export function day(text) {
  return text.replace(/ ?(\d{4})-(\d\d)-(\d\d)(?!\d) ?/g, (_, year, month, date) => `${year}年${Number(month)}月${Number(date)}日`);
}
