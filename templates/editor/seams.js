// A line of many pages is drawn in pieces, each a block of its own: a browser lays out the whole of a block with every key in it.
// The seams between the pieces stand on the paper alone, never in the text.
import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";

const LINE = 20_000, PIECE = 2_000; // signs: a line that is drawn in pieces, and how long those are

const seam = (pos) => Decoration.widget(pos, () => Object.assign(document.createElement("span"), { className: "seam" }), { side: -1, marks: [], key: "seam", ignoreSelection: true });

// seamsIn returns seams for the part of a line that begins at start: behind a sentence, else behind a word.
function seamsIn(text, start) {
  const seams = [];
  for (let at = PIECE; text.length - at > PIECE / 2; at += PIECE) {
    const rest = text.slice(at, at + PIECE / 4), end = rest.match(/[.!?…]\s+(?=\S)/u) || rest.match(/\s+(?=\S)/u);
    at += end ? end.index + end[0].length : rest.codePointAt(0) >= 0xdc00 && rest.codePointAt(0) <= 0xdfff ? 1 : 0;
    seams.push(seam(start + at));
  }
  return seams;
}

// mend gives the long lines of a document their seams, but for nodes that stay as they were, and takes them from lines that are no longer long.
function mend(doc, set, stay) {
  const add = [], drop = [];
  doc.descendants((node, pos) => {
    if (stay.has(node)) return false;
    if (!node.isTextblock) return true;
    const { size } = node.content, from = pos + 1, end = from + size;
    const there = set === DecorationSet.empty ? [] : set.find(from, end);
    if (size < LINE / (there.length ? 2 : 1)) drop.push(...there);
    else {
      let text;
      for (const [i, to] of [...there.map((d) => d.from), end].entries()) {
        const begin = i ? there[i - 1].from : from;
        if (to - begin < 2 * PIECE) continue;
        text ??= node.textBetween(0, size, "", "\ufffc");
        add.push(...seamsIn(text.slice(begin - from, to - from), begin));
      }
    }
    return false;
  });
  return (drop.length ? set.remove(drop) : set).add(doc, add);
}

export const seams = () => new Plugin({
  state: {
    init: (_, { doc }) => (doc.content.size < LINE ? DecorationSet.empty : mend(doc, DecorationSet.empty, new Set())),
    apply(tr, set) {
      if (!tr.docChanged || tr.doc.content.size < LINE && set === DecorationSet.empty) return set;
      const stay = new Set();
      tr.before.forEach((node) => stay.add(node));
      return mend(tr.doc, set.map(tr.mapping, tr.doc), stay);
    },
  },
  props: { decorations(state) { return this.getState(state); } },
});
