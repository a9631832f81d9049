// What a text of a release can hold. The server writes this HTML from Markdown (templates/editor_html.go); Markdown is made of the
// document again in markdown.js. "inner" is what may stand in quotes and fact boxes.
import { Schema } from "prosemirror-model";

const LINE = "(text | merge | picture)*"; // words without breaks
const data = (dom, name) => dom.getAttribute(`data-${name}`) || "";
const firstRow = (dom) => dom.closest("table")?.rows[0] === (dom.closest("tr"));
const cell = (tag, isHead) => ({
  content: LINE, isolating: true, attrs: { align: { default: "" } },
  parseDOM: [{ tag: "td,th", getAttrs: (dom) => firstRow(dom) === isHead && { align: data(dom, "align") } }],
  toDOM: (node) => [tag, { "data-align": node.attrs.align || null }, 0],
});
const row = (isHead, content) => ({
  content, isolating: true,
  parseDOM: [{ tag: "tr", getAttrs: (dom) => firstRow(dom) === isHead && null }],
  toDOM: () => ["tr", 0],
});
const list = (tag, attrs) => ({
  content: "list_item+", group: "block inner list", attrs: { loose: { default: false }, ...attrs },
  parseDOM: [{ tag, getAttrs: (dom) => ({ loose: dom.hasAttribute("data-loose"), order: tag === "ol" ? +dom.getAttribute("start") || (dom.getAttribute("start") === "0" ? 0 : 1) : 1 }) }],
  toDOM: ({ attrs }) => [tag, { start: attrs.order === 1 ? null : attrs.order, "data-loose": attrs.loose ? "" : null }, 0],
});
const mark = (tag, ...more) => ({ parseDOM: [tag, ...more].map((t) => ({ tag: t })), toDOM: () => [tag, 0] });

export const words = {}; // what is said to who writes, in their language

// isOnTheWay reports whether a picture that was pasted is not in the library yet.
export const isOnTheWay = (src) => src.startsWith("paste:");

export const schema = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block inner", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    heading: {
      content: LINE, group: "block inner", defining: true, attrs: { level: { default: 2 } },
      parseDOM: [1, 2, 3, 4, 5, 6].map((n) => ({ tag: `h${n}`, attrs: { level: Math.min(Math.max(n, 2), 4) } })),
      toDOM: (node) => [`h${node.attrs.level}`, 0],
    },
    bullet_list: list("ul"),
    ordered_list: list("ol", { order: { default: 1 } }),
    list_item: { content: "paragraph (paragraph | list)*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    quote: { content: "inner+ speaker", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    speaker: { content: LINE, defining: true, parseDOM: [{ tag: "footer", context: "quote/" }], toDOM: () => ["footer", { "data-placeholder": words.speaker }, 0] },
    facts: { content: "facts_title inner+", group: "block", defining: true, parseDOM: [{ tag: "aside" }], toDOM: () => ["aside", { role: "group" }, 0] },
    facts_title: { content: LINE, defining: true, parseDOM: [{ tag: "header", context: "facts/" }], toDOM: () => ["header", { "data-placeholder": words.facts }, 0] },
    figure: {
      group: "block inner", atom: true, draggable: true,
      attrs: { src: {}, alt: { default: "" }, caption: { default: "" }, credit: { default: "" } },
      parseDOM: [{
        tag: "figure", getAttrs: (dom) => {
          const img = dom.querySelector("img[data-src]");
          return !!img && { src: data(img, "src"), alt: img.alt, caption: data(dom, "caption"), credit: data(dom, "credit") };
        },
      }],
      toDOM: ({ attrs }) => ["figure", { "data-caption": attrs.caption, "data-credit": attrs.credit }, ["img", { "data-src": attrs.src, alt: attrs.alt }]],
    },
    button: {
      content: LINE, group: "block inner", marks: "strong em strike code", defining: true, attrs: { href: {} },
      parseDOM: [{ tag: "p[data-button]", priority: 60, getAttrs: (dom) => ({ href: data(dom, "button") }) }],
      toDOM: (node) => ["p", { "data-button": node.attrs.href }, 0],
    },
    rule: { group: "block inner", parseDOM: [{ tag: "hr" }], toDOM: () => ["hr"] },
    table: { content: "table_head table_row*", group: "block", isolating: true, parseDOM: [{ tag: "table" }], toDOM: () => ["table", ["tbody", 0]] },
    table_head: row(true, "head_cell+"),
    table_row: row(false, "table_cell+"),
    head_cell: cell("th", true),
    table_cell: cell("td", false),
    opaque: {
      content: "text*", group: "block", marks: "", code: true, defining: true,
      parseDOM: [{ tag: "pre[data-opaque]", preserveWhitespace: "full" }], toDOM: () => ["pre", { "data-opaque": "" }, 0],
    },
    text: { group: "inline" },
    hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    merge: {
      inline: true, group: "inline", atom: true, attrs: { source: {} },
      parseDOM: [{ tag: "span[data-merge]", getAttrs: (dom) => ({ source: data(dom, "merge") }) }],
      toDOM: (node) => ["span", { "data-merge": node.attrs.source }],
      leafText: (node) => node.attrs.source,
    },
    picture: {
      inline: true, group: "inline", atom: true, attrs: { src: {}, alt: { default: "" }, title: { default: "" } },
      parseDOM: [{ tag: "img[data-src]", getAttrs: (dom) => ({ src: data(dom, "src"), alt: dom.alt, title: dom.title }) }],
      toDOM: ({ attrs }) => ["img", { "data-src": attrs.src, alt: attrs.alt, title: attrs.title }],
    },
  },
  marks: {
    link: {
      inclusive: false, attrs: { href: {}, title: { default: "" }, shown: { default: "" }, bare: { default: "" } },
      parseDOM: [{ tag: "a[href]", getAttrs: (dom) => ({ href: dom.getAttribute("href"), title: dom.title === dom.getAttribute("href") ? "" : dom.title, shown: data(dom, "shown"), bare: data(dom, "bare") }) }],
      toDOM: ({ attrs }) => ["a", { href: attrs.href, title: attrs.title || attrs.href, "data-shown": attrs.shown || null, "data-bare": attrs.bare || null }, 0],
    },
    plain: { inclusive: false, parseDOM: [{ tag: "span[data-plain]" }], toDOM: () => ["span", { "data-plain": "" }, 0] }, // an address that is no link
    keep: {
      inclusive: false, attrs: { open: { default: "[[keep]]" } },
      parseDOM: [{ tag: "span[data-keep]", getAttrs: (dom) => ({ open: data(dom, "keep") }) }],
      toDOM: ({ attrs }) => ["span", { "data-keep": attrs.open }, 0],
    },
    strong: mark("strong", "b"),
    em: mark("em", "i"),
    strike: mark("s", "del", "strike"),
    code: { ...mark("code"), excludes: "" },
  },
});
