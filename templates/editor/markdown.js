// Writes the Markdown of a document, block by block: goldmark on the server reads the same document out of it.
import { isOnTheWay } from "./schema.js";

const kind = (node) => node.type.name;
const isPunctuation = (c) => /[\p{P}\p{S}]/u.test(c);
const isBlank = (c) => c === undefined || /\s/.test(c);
const reference = (c) => `&#${c.codePointAt(0)};`;
const firstOf = (s) => (s === "" ? undefined : String.fromCodePoint(s.codePointAt(0)));
const lastOf = (s) => [...s.slice(-2)].pop();

// Words

const MERGE = /(\{\{[^{}\n]*\}\})/;

const plainWords = (text, inCell) => text
  .replace(/[\\`*~[\]]/g, "\\$&")
  .replace(/_/g, (c, at) => (/[\p{L}\p{N}]/u.test(text[at - 1] || "") && /[\p{L}\p{N}]/u.test(text[at + 1] || "") ? c : `\\${c}`))
  .replace(/<(?=[a-z/!?]|$)/gi, "\\<")
  .replace(/&(?=#?\w+;)/g, "&amp;")
  .replace(/\|/g, inCell ? "\\|" : "|");

// Left as they are: merge fields that are typed, and outside links other systems' fields and marks of kept words without their other half.
const LEFT = /(\{\{[^{}\n]*\}\}|\[\[(?:\/?keep|[\p{Lu}\p{N}.-]+)\]\](?![([:]))/u;
const escapeWords = (text, inCell, inLink) => text.split(inLink ? MERGE : LEFT).map((part, i) => (i % 2 ? part : plainWords(part, inCell))).join("");
const escapeAddress = (text) => text.replace(/(?<![\p{L}\p{N}\p{M}])(?:https?(?=:\/\/)|www(?=\.))/giu, "$&\\").replace(/@/g, "\\@");

const codeWords = (text, inCell) => {
  const fence = "`".repeat(1 + Math.max(0, ...(text.match(/`+/g) || []).map((s) => s.length)));
  const pad = /^`|`$|^ .*\S.* $/.test(text) ? " " : "";
  return fence + pad + (inCell ? text.replace(/\|/g, "\\|") : text) + pad + fence;
};

const address = (href) => {
  const safe = href.split(MERGE).map((part, i) => (i % 2 ? part : part.replace(/[\\<>]/g, "\\$&").replace(/&(?=#?\w+;)/g, "&amp;"))).join("");
  return safe === "" || /[\s()\x00-\x1f]/.test(safe.replace(new RegExp(MERGE, "g"), "")) ? `<${safe}>` : safe;
};
const title = (text) => (text ? ` "${text.replace(/[\\"]/g, "\\$&").replace(/&(?=#?\w+;)/g, "&amp;")}"` : "");

const picture = ({ src, alt, title: words }, inCell) => isOnTheWay(src) ? "" : `![${escapeWords(alt, inCell, true)}](${address(src)}${title(words)})`;

// Pieces of a line: words with the marks around them. Blanks at the end of a mark stand outside it.
const DELIMITERS = { strong: "**", em: "*", strike: "~~" };
const isDelimited = (mark) => mark.type.name in DELIMITERS;

function piecesOf(parent) {
  const pieces = [];
  parent.forEach((node) => {
    const marks = node.marks.filter((m) => m.type.name !== "plain");
    const plain = node.marks.length > marks.length;
    if (!node.isText || marks.some((m) => m.type.name === "code")) return pieces.push({ node, text: node.text, marks, plain, blank: kind(node) === "hard_break" });
    for (const text of node.text.match(/^\s+|\s+$|\S(?:.*\S)?/gsu) || []) pieces.push({ node, text, marks, plain, blank: !text.trim() });
  });
  for (const [i, piece] of pieces.entries()) {
    if (!piece.blank) continue;
    let from = i, to = i;
    while (from > 0 && pieces[from].blank) from--;
    while (to < pieces.length - 1 && pieces[to].blank) to++;
    const around = pieces.slice(from, to + 1), ends = pieces[from].blank || pieces[to].blank;
    piece.marks = piece.marks.filter((m) => !isDelimited(m) || !ends && around.every((p) => m.isInSet(p.marks)));
  }
  return pieces;
}

const extent = (pieces, i, mark) => {
  let n = i;
  while (n < pieces.length && mark.isInSet(pieces[n].marks)) n++;
  return n;
};

// An address that stands bare in the text stays so, as long as nothing was typed right beside it and no format begins or ends there.
const staysBare = (pieces, i) => {
  const mark = pieces[i].marks.find((m) => m.type.name === "link");
  const before = pieces[i - 1], after = pieces[i + 1], formats = (p) => (p ? p.marks.filter(isDelimited) : []);
  return mark?.attrs.bare && sameMarks(formats(before), formats(pieces[i])) && sameMarks(formats(after), formats(pieces[i])) && pieces[i].text === mark.attrs.shown && extent(pieces, i, mark) === i + 1 && !(before && mark.isInSet(before.marks)) &&
    (mark.attrs.bare[0] === "<" || (!before || before.node.isText && !/[\p{L}\p{N}\p{M}/@’]$/u.test(before.text)) && (!after || after.node.isText && /^[^\p{L}\p{N}\s/?#]{0,3}(\s|$)/u.test(after.text)));
};

// inline returns the Markdown of the words in a block.
function inline(parent, inCell) {
  const pieces = piecesOf(parent), tokens = []; // { text } or { mark: "**", opens }
  let open = [];
  const ends = new Map(); // how a mark of kept words ends, and the token by which another began
  const close = (upTo) => {
    while (open.length > upTo) {
      const mark = open.pop(), { href, title: words } = mark.attrs, name = mark.type.name;
      if (name === "link") tokens.push({ text: `](${address(href)}${title(words)})` });
      else if (name === "keep") tokens.push({ text: ends.get(mark), unseen: true });
      else tokens.push({ mark: DELIMITERS[name], opens: false, other: ends.get(mark) });
    }
  };
  pieces.forEach((piece, i) => {
    const bare = staysBare(pieces, i);
    const wanted = piece.marks.filter((m) => m.type.name !== "code" && !(bare && m.type.name === "link"));
    const stays = open.findIndex((m) => !m.isInSet(wanted));
    if (stays >= 0) close(stays);
    const fresh = wanted.filter((m) => !m.isInSet(open) && !(piece.blank && isDelimited(m)));
    for (const mark of fresh.sort((a, b) => extent(pieces, i, b) - extent(pieces, i, a) || rank(a) - rank(b))) {
      const isKeep = mark.type.name === "keep", link = wanted.find((k) => k.type.name === "link");
      if (isKeep && tokens.at(-1)?.link) continue; // [[[ would be read another way
      if ((isKeep || mark === link) && tokens.at(-1)?.text?.endsWith("\\[")) tokens.at(-1).text = `${tokens.at(-1).text.slice(0, -2)}&#91;`;
      open.push(mark);
      const isShort = isKeep && mark.attrs.open === "[[" && !(link && !open.includes(link));
      if (isKeep) ends.set(mark, isShort ? "]]" : "[[/keep]]");
      if (mark.type.name === "link") tokens.push({ text: "[", link: true });
      else if (mark.type.name === "keep") tokens.push({ text: isShort ? "[[" : "[[keep]]", unseen: true });
      else {
        ends.set(mark, { mark: DELIMITERS[mark.type.name], opens: true });
        tokens.push(ends.get(mark));
      }
    }
    const isCode = piece.marks.some((m) => m.type.name === "code");
    const source = piece.node.isText ? piece.text : kind(piece.node) === "merge" ? piece.node.attrs.source : "";
    if (bare) tokens.push({ text: piece.marks.find((m) => m.type.name === "link").attrs.bare });
    else if (isCode && source) {
      const last = tokens.at(-1);
      if (last?.code !== undefined && sameMarks(last.marks, piece.marks)) tokens.pop();
      const code = (last?.code !== undefined && sameMarks(last.marks, piece.marks) ? last.code : "") + source;
      tokens.push({ text: codeWords(code, inCell), code, marks: piece.marks });
    } else if (piece.node.isText) {
      const inLink = open.some((k) => k.type.name === "link"), text = escapeWords(piece.text, inCell, inLink);
      tokens.push({ text: piece.plain || inLink && /[[\]()*~]/.test(piece.text) ? escapeAddress(text) : text });
    } else if (kind(piece.node) === "merge") tokens.push({ text: source, word: true });
    else if (kind(piece.node) === "picture") tokens.push({ text: picture(piece.node.attrs, inCell) });
    else tokens.push({ text: "\\\n" });
  });
  close(0);
  tokens.forEach((t, i) => {
    if (t.text?.endsWith("!") && tokens[i + 1]?.link) t.text = `${t.text.slice(0, -1)}\\!`;
  });
  return joined(tokens);
}

// rank orders marks that begin and end together: kept words around a link, and both within formats.
const rank = (mark) => ({ keep: 1, link: 2 }[mark.type.name] ?? 0);
const sameMarks = (a, b) => a.length === b.length && a.every((m) => m.isInSet(b));

// joined puts tokens together. A star works only beside a blank, or with letters or marks on the right sides of it (CommonMark
// 0.31, section 6.2): where it would not, the letter in the way is written by its number. Beside a merge field, which has no number,
// the format is left out: stars are worse for who reads.
function joined(tokens) {
  tokens.forEach((t, i) => {
    if (!t.mark) return;
    const seen = (o) => (o.mark ? o.mark[0] !== t.mark[0] : !o.unseen && o.text !== ""); // equal stars are one row of them
    const before = tokens.slice(0, i).findLast(seen), after = tokens.slice(i).find(seen);
    const left = before && lastOf(before.text ?? before.mark), right = after && firstOf(after.text ?? after.mark);
    const isLetter = (token, c) => token && (token.word || !isBlank(c) && !isPunctuation(c));
    const isMark = (token, c) => token && !token.word && !isBlank(c) && isPunctuation(c);
    if (t.opens && isLetter(before, left) && isMark(after, right)) {
      if (before.word) t.drop = true;
      else before.text = before.text.slice(0, -left.length) + reference(left);
    }
    if (!t.opens && isMark(before, left) && isLetter(after, right)) {
      if (after.word) t.other.drop = true;
      else after.text = reference(right) + after.text.slice(right.length);
    }
  });
  return tokens.map((t) => t.text ?? (t.drop || t.other?.drop ? "" : t.mark)).join("");
}

// Blocks

// A line must not begin with what would make it something else.
const safeStart = (line, i) => {
  line = line.replace(/^[ \t]+/, "").replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2").replace(/^(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|>|-(?=[-\s]*$))/, "\\$&");
  return i ? line.replace(/^(?:=(?==*\s*$)|[-:|](?=[-:|\s]*$))/, "\\$&") : line;
};
const paragraph = (node) => inline(node).split("\n").map(safeStart).join("\n").replace(/[ \t]+$/, "").replace(/^(\\\n)+|(\\\n)+$/g, "");
const line = (node, inCell) => inline(node, inCell).replace(/\s+/g, (s) => (/^[ \t\n]+$/.test(s) ? " " : s)).replace(/^[ \t]+|[ \t]+$/g, "");
const prefixed = (text, first, rest) => text.split("\n").map((l, i) => (i ? rest : first) + l).map((l) => l.replace(/[ \t]+$/, "")).join("\n");

const isBare = (item) => item.childCount === 1 && !item.firstChild.childCount;
const hasText = (item) => item.firstChild.childCount > 0;
// What stands under a paragraph without an empty line between must be able to begin there.
const needsSpace = (item) => {
  let needs = false;
  item.forEach((c, _, i) => {
    const after = i && kind(item.child(i - 1)) === "paragraph";
    if (i && kind(c) === "paragraph" || after && ((c.attrs.order ?? 1) !== 1 || !hasText(c.firstChild))) needs = true;
  });
  return needs;
};

function list(node, mark) {
  const items = [];
  let loose = node.attrs.loose;
  node.forEach((item) => { loose ||= needsSpace(item); });
  node.forEach((item) => {
    const begin = kind(node) === "bullet_list" ? `${mark} ` : `${node.attrs.order + items.length}${mark} `;
    if (!item.textContent && isBare(item)) return; // nothing but a bullet
    items.push(prefixed(blocks(item, loose ? "\n\n" : "\n", true), begin, " ".repeat(begin.length)));
  });
  return items.join(loose ? "\n\n" : "\n");
}

function table(node) {
  const rows = [];
  node.forEach((row) => {
    const cells = [];
    row.forEach((cell) => cells.push(line(cell, true)));
    rows.push(`| ${cells.join(" | ")} |`);
    if (rows.length > 1) return;
    const marks = [];
    row.forEach(({ attrs: { align } }) => marks.push({ left: ":--", center: ":-:", right: "--:" }[align] || "---"));
    rows.push(`| ${marks.join(" | ")} |`);
  });
  return rows.join("\n");
}

// quoted keeps a dash at the beginning of a line from making a speaker of it.
const quoted = (node, isLast) => paragraph(node).split("\n").map((l, i) => (i || isLast ? l.replace(/^— /, "&mdash; ") : l)).join("\n");

function quote(node) {
  const title = kind(node) === "facts" ? `[!FACTS] ${line(node.firstChild)}`.trim() : "";
  const last = node.lastChild, speaker = kind(last) === "speaker" ? line(last) : "";
  const parts = [];
  if (title) parts.push(title);
  const words = blocks(node, "\n\n");
  if (words) parts.push(words);
  if (speaker) parts.push(`— ${speaker}`);
  return parts.length ? prefixed(parts.join("\n\n"), "> ", "> ") : "";
}

// blockOf returns the Markdown of one block; mark is that of a list.
export function blockOf(node, mark = "-", parent = null, isLast = false) {
  switch (kind(node)) {
    case "paragraph": return parent && kind(parent) === "quote" ? quoted(node, isLast) : paragraph(node);
    case "heading": return `${"#".repeat(node.attrs.level)} ${line(node).replace(/(^|\s)(#+)$/, "$1\\$2")}`.trim();
    case "bullet_list": case "ordered_list": return list(node, mark);
    case "quote": case "facts": return quote(node);
    case "figure": {
      const { src, alt, caption, credit } = node.attrs;
      return picture({ src, alt, title: credit || caption.includes("|") ? `${caption} | ${credit}`.trim() : caption });
    }
    case "button": return `[${line(node)}](${address(node.attrs.href)} "button")`;
    case "rule": return "---";
    case "table": return table(node);
    case "opaque": return node.textContent.replace(/^\n+|\s+$/g, "");
  }
  return "";
}

// listMark returns the mark of a list that follows another of its kind, which it would run into with the same one.
const MARKS = { bullet_list: ["-", "*", "+"], ordered_list: [".", ")"] };
const listMark = (node, ...used) => MARKS[kind(node)]?.find((m) => !used.includes(m)) || MARKS[kind(node)]?.find((m) => m !== used[0]);
// usedMark returns the mark of the list a block is, if it is one: lists the editor does not know among them.
const usedMark = (node, text) => ((MARKS[kind(node)] || kind(node) === "opaque") && text.match(/^\s*(?:\d+)?([-+*.)])\s/)?.[1]) || "";

function blocks(parent, space, isItem) {
  const out = [];
  let used = "";
  parent.forEach((node, _, i) => {
    if (["speaker", "facts_title"].includes(kind(node))) return;
    const mark = listMark(node, used);
    const isLast = i === parent.childCount - 2 && !parent.lastChild.childCount; // with no speaker after it
    const text = blockOf(node, mark, parent, isLast);
    if (text === "" && !(isItem && i === 0)) return;
    out.push(text);
    used = mark;
  });
  return out.join(space);
}

// Source remembers how each block of a text was written, so that those that are not changed are written back as they were.
export class Source {
  constructor() {
    this.of = new WeakMap(); // node → { source, number }
    this.gone = []; // nodes that were changed, until the text is written: writing them takes a while
    this.written = new Map(); // Markdown of a block that was changed → the same, so that taking back a change finds it
  }

  // keep notes the sources of the blocks of a document as it was opened.
  keep(doc, sources) {
    this.count = sources.length;
    doc.forEach((node, _, number) => { if (number < sources.length) this.of.set(node, { source: sources[number], number }); });
  }

  // lost notes how a block was written that is changed now.
  lost(node) {
    const known = this.of.get(node);
    if (known) this.gone.push([node, known]);
  }

  // text returns the Markdown of a document.
  text(doc) {
    for (const [node, known] of this.gone.splice(0)) this.written.set(blockOf(node), known);
    const out = [];
    let known = null, used = "";
    const endLast = () => { if (out.length) out.push(out.pop().replace(/[ \t\n]+$/, "")); };
    doc.forEach((node, _, i) => {
      let own = this.of.get(node);
      const next = doc.maybeChild(i + 1), ahead = next && (this.of.get(next)?.source || kind(next) === "opaque" && next.textContent);
      let text = own?.source, mark = listMark(node, used, ahead ? usedMark(next, ahead) : "");
      const clash = (t) => used && usedMark(node, t) === used;
      if (own && !(known && known.number + 1 === own.number) && clash(text)) own = undefined;
      if (!own) {
        text = blockOf(node, mark);
        const same = this.written.get(text);
        if (same && !clash(same.source)) text = (own = same).source;
      }
      if (/^[ \t\n]*$/.test(text) && !own) return;
      if (out.length && !(own && known && known.number + 1 === own.number)) {
        endLast();
        out.push("\n\n");
      }
      out.push(out.length || own?.number === 0 ? text : text.replace(/^\n+/, ""));
      known = own;
      used = usedMark(node, text);
    });
    if (!(known && known.number === this.count - 1)) endLast();
    return out.join("");
  }
}
