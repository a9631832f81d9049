// Makes plain HTML of what Word, Google Docs, LibreOffice and web pages put on the clipboard; what is left over the schema drops.
import { rtfPictures, styleOf, wordLists } from "./word.js";

export const MOST_CELLS = 5000;
export const MOST_TEXT = 4 << 20;

const GONE = "script, style, meta, link, title, xml, iframe, object, embed, svg, input, button, select, textarea, video, audio, canvas, noscript, template, .EOP, .MsoCommentReference, .msoDel, del[cite][datetime]"; // the last two: what was struck out while changes were tracked
const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, li, pre, blockquote";
const HEADINGS = "h1, h2, h3, h4, h5, h6";
const PARTS = "center, details, summary, main, nav, legend, hgroup"; // begin a line as div does
const GONE_STYLE = /(^|[; ])(display: ?none|mso-hide: ?all|mso-element: ?comment|mso-list: ?ignore)/; // hidden words, and comments of colleagues

const unwrap = (el) => el.replaceWith(...el.childNodes);
const wrap = (el, tag) => {
  const made = el.ownerDocument.createElement(tag);
  made.append(...el.childNodes);
  el.append(made);
};
const wrapAs = (el, tag) => {
  const made = el.ownerDocument.createElement(tag);
  made.append(...el.childNodes);
  el.replaceWith(made);
  return made;
};

// light takes the pictures out of HTML, which are longer than all the rest.
export function light(html) {
  const pictures = [];
  return { html: html.replace(/(["'])(data:image\/[^"']*)\1/gi, (_, quote, source) => `${quote}data:image/${pictures.push(source) - 1}${quote}`), pictures };
}

export const cellsIn = (html) => (html.match(/<t[dh][\s>]/gi) || []).length;

// without cuts comments, scripts and styles out before anything is parsed, in one go whatever they hold. The words of Word's text boxes
// stand in comments alone, and stay.
function without(html) {
  const begin = /<!--|<(style|script|xml)\b/gi, lower = html.toLowerCase(), endless = new Set();
  let out = "", at = 0;
  for (let m; (m = begin.exec(html));) {
    const end = m[1] ? `</${m[1].toLowerCase()}` : "-->", from = endless.has(end) ? -1 : lower.indexOf(end, m.index);
    if (from < 0) { endless.add(end); continue; }
    out += html.slice(at, m.index) + (m[1] ? "" : boxed(html.slice(m.index, from)));
    begin.lastIndex = at = m[1] ? html.indexOf(">", from) + 1 || html.length : from + end.length;
  }
  return out + html.slice(at);
}

function boxed(comment) {
  if (!comment.startsWith("<!--[if gte vml")) return "";
  return comment.split(/<v:textbox\b[^<>]*>/).slice(1).map((part) => `<div>${part.slice(0, Math.max(0, part.indexOf("</v:textbox>")))}</div>`).join("");
}

let held = 0; // pictures pasted on this page

// clean returns what is kept of pasted HTML; the pictures of the clipboard, each { key, alt, type, base64 or hex }, with its key in the
// place of the picture; and how many pictures it names that are not on the clipboard.
export function clean({ html, pictures: data }, rtf = "") {
  const isOwn = html.includes("data-pm-slice");
  // Styles are read, never applied: the page's own rules forbid them.
  const safe = without(html).replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style=").replace(/\s(on\w+|srcset)\s*=/gi, " data-gone="));
  const { body } = new DOMParser().parseFromString(safe, "text/html");
  for (const el of body.querySelectorAll(GONE)) el.remove();
  for (const el of body.querySelectorAll("[style]")) { // of tags with < in them
    el.setAttribute("data-style", el.getAttribute("style"));
    el.removeAttribute("style");
  }
  wordLists(body);
  for (const el of body.querySelectorAll("[data-style]")) if (GONE_STYLE.test(styleOf(el))) el.remove();
  const { pictures, remote } = takePictures(body, data, rtf);
  for (const el of body.querySelectorAll(PARTS)) wrapAs(el, "div");
  for (const el of [...body.querySelectorAll("*")]) if (el.localName.includes(":")) el.textContent.trim() ? unwrap(el) : el.remove(); // o:p and its kin
  for (const el of body.querySelectorAll("sup, sub, [data-style*='vertical-align']")) raised(el);
  for (const a of body.querySelectorAll("a[href^='#']")) if (!isOwn) footnote(a);
  for (const el of body.querySelectorAll("b, strong, i, em, span, font")) formats(el);
  for (const el of body.querySelectorAll(`:is(${HEADINGS}) :is(b, strong)`)) unwrap(el); // bold as they are
  for (const el of body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")) { // Google Docs
    const item = el.previousElementSibling;
    if (item?.localName === "li") item.append(el);
  }
  for (const a of body.querySelectorAll("a")) {
    const href = a.getAttribute("href") || "";
    if (!/^(https?:\/\/|mailto:|tel:|\{\{)/i.test(href) && !(isOwn && !/^[^/?#]*:/.test(href))) unwrap(a);
  }
  for (const p of body.querySelectorAll("p.MsoTitle")) wrapAs(p, "h2");
  for (const p of body.querySelectorAll("p.MsoQuote, p.MsoIntenseQuote")) wrap(wrapAs(p, "blockquote"), "p");
  for (const q of body.querySelectorAll("q")) q.replaceWith("“", ...q.childNodes, "”");
  for (const pre of body.querySelectorAll("pre:not([data-opaque])")) pre.innerHTML = pre.innerHTML.trimEnd().replace(/\n/g, "<br>");
  tables(body);
  if (!isOwn) for (const p of body.querySelectorAll(`p, ${HEADINGS}`)) if (!p.textContent.trim() && !p.querySelector("img")) p.remove();
  figures(body);
  return { html: body.innerHTML, text: body.textContent.trim(), pictures, remote };
}

// takePictures marks the place of each picture that is on the clipboard, and takes away all others.
function takePictures(body, data, rtf) {
  const pictures = [];
  let remote = 0;
  const all = [...body.querySelectorAll("img:not([data-src])")], files = all.filter((img) => /^file:/i.test(img.getAttribute("src")));
  const beside = files.length ? rtfPictures(rtf) : [];
  for (const img of all) {
    const src = img.getAttribute("src") || "", nth = files.indexOf(img), at = src.match(/^data:image\/(\d+)$/i);
    const [, type, base64] = (at ? data[at[1]] : src).match(/^data:(image\/[\w+.-]+)[^,]*;base64,(.*)$/is) || [];
    const found = base64 ? { type, base64 } : nth >= 0 && beside.length === files.length ? beside[nth] : null;
    if (/checkbox/.test(img.getAttribute("aria-roledescription"))) (img.nextElementSibling?.localName === "p" ? img.nextElementSibling : img.parentElement).prepend(/un/i.test(img.alt) ? "☐ " : "☑ "), img.remove();
    else if (/^\p{Extended_Pictographic}/u.test(img.alt)) img.replaceWith(img.alt);
    else if (found) {
      const made = body.ownerDocument.createElement("img"), alt = /^([a-z]:\\|file:|https?:)|\.\w{3,4}$/i.test(img.alt) ? "" : img.alt.replace(/\s+/g, " ").trim();
      made.setAttribute("data-src", `paste:${++held}`);
      made.alt = alt;
      img.replaceWith(made);
      pictures.push({ key: `paste:${held}`, alt, ...found });
    } else {
      if (src) remote++;
      img.remove();
    }
  }
  return { pictures, remote };
}

// figures takes pictures out of the paragraphs they stand in, which go on behind them; in lists and tables they stay in their line.
function figures(body) {
  for (const el of body.querySelectorAll("figure")) { // of web pages
    const img = el.querySelector("img[data-src]"), caption = el.querySelector("figcaption");
    if (!img) unwrap(el);
    else if (caption) el.setAttribute("data-caption", caption.textContent.replace(/\s+/g, " ").trim());
  }
  for (const img of body.querySelectorAll("img[data-src^='paste:']")) {
    if (img.closest("li, td, th, figure")) continue;
    const figure = body.ownerDocument.createElement("figure");
    while (img.parentElement !== body && !/^(div|section|article|main|blockquote|aside)$/.test(img.parentElement.localName)) {
      const parent = img.parentElement, rest = parent.cloneNode(false);
      while (img.nextSibling) rest.append(img.nextSibling);
      parent.after(img);
      if (rest.textContent.trim() || rest.querySelector("img")) img.after(rest);
      if (!parent.textContent.trim() && !parent.querySelector("img")) parent.remove();
    }
    img.replaceWith(figure);
    figure.append(img);
  }
}

// raised writes figures above or below the line by letters of their own: 10⁶ must not become 106.
function raised(el) {
  const up = el.localName === "sup" || /vertical-align: ?super/.test(styleOf(el)), down = el.localName === "sub" || /vertical-align: ?sub/.test(styleOf(el));
  if (!up && !down || el.querySelector("a[href^='#']") || el.closest("a[href^='#']") || !/^\s*\d+\s*$/.test(el.textContent)) return;
  el.textContent = [...el.textContent.trim()].map((d) => (up ? "⁰¹²³⁴⁵⁶⁷⁸⁹" : "₀₁₂₃₄₅₆₇₈₉")[+d]).join("");
}

// footnote sets a footnote's number apart from the word it stands at.
function footnote(a) {
  const [, sign] = a.textContent.trim().match(/^\[?([\divxlc]{1,5}|\*{1,3})\]?$/i) || [];
  if (!sign) return;
  const before = a.closest("p, div, li, td")?.textContent.trim().startsWith(a.textContent.trim());
  a.replaceWith(`[${sign}]${before ? " " : ""}`);
}

// formats makes elements of what styles say about bold, italics and words struck out.
function formats(el) {
  const style = styleOf(el), name = el.localName;
  if (/(^|[; ])font-weight: ?(normal|[1-4]00)/.test(style) && (name === "b" || name === "strong")) return unwrap(el);
  if (/(^|[; ])font-style: ?normal/.test(style) && (name === "i" || name === "em")) return unwrap(el);
  if (name !== "span" && name !== "font" || el.hasAttribute("data-merge") || el.hasAttribute("data-keep")) return;
  if (/(^|[; ])font-weight: ?(bold|[6-9]00)/.test(style)) wrap(el, "strong");
  if (/(^|[; ])font-style: ?italic/.test(style)) wrap(el, "em");
  if (/text-decoration[^;]*line-through/.test(style)) wrap(el, "s");
}

// tables leaves one line in each cell, and cells of their own where some were joined. A table of one cell is a frame around its words.
function tables(body) {
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    for (const el of table.querySelectorAll(":scope > :is(caption, colgroup)")) el.localName === "caption" ? table.before(wrapAs(el, "p")) : el.remove();
    const { rows } = table, isInner = table.parentElement.closest("td, th");
    if (rows.length === 1 && rows[0].cells.length === 1 && !isInner) table.replaceWith(...rows[0].cells[0].childNodes);
    else if (isInner) table.replaceWith(...[...rows].flatMap((row) => [...row.cells]).flatMap((cell) => [...cell.childNodes, " "]));
  }
  for (const cell of body.querySelectorAll("td, th")) {
    for (const el of cell.querySelectorAll(BLOCKS)) el.append(" ");
    for (const el of [...cell.querySelectorAll(`${BLOCKS}, ul, ol, br`)].reverse()) el.localName === "br" ? el.replaceWith(" ") : unwrap(el);
  }
  let left = MOST_CELLS;
  for (const table of body.querySelectorAll("table")) {
    const below = []; // by column, how many rows a cell from above still takes
    for (const row of table.rows) {
      const cells = [...row.cells];
      const add = () => { if (left-- > 0) row.insertBefore(body.ownerDocument.createElement("td"), cells[0] || null); };
      for (let column = 0; cells.length || below[column] > 0; column++) {
        if (below[column] > 0) { below[column]--; add(); continue; }
        const cell = cells.shift(), high = cell.rowSpan;
        for (let wide = Math.min(cell.colSpan, 100); wide > 1; wide--) {
          below[column++] = high - 1;
          add();
        }
        below[column] = high - 1;
      }
    }
  }
}
