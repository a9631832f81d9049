// What the toolbar and the keys do.
import { chainCommands, exitCode, baseKeymap, lift, setBlockType, toggleMark } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { Selection, TextSelection } from "prosemirror-state";
import { schema } from "./schema.js";
import { build, down, empty, leave, move, tableAt, tableCommands } from "./table.js";

const { nodes: n, marks: m } = schema;

// around returns the depth of the nearest node of a type around the selection, 0 for none.
export const around = (state, type) => {
  const { $from } = state.selection;
  for (let d = $from.depth; d > 0; d--) if ($from.node(d).type === type) return d;
  return 0;
};

const toggleBlock = (type, attrs) => (state, dispatch) => {
  const { parent } = state.selection.$from;
  const is = parent.type === type && (!attrs || parent.attrs.level === attrs.level);
  return is ? setBlockType(n.paragraph)(state, dispatch) : setBlockType(type, attrs)(state, dispatch);
};

const toggleList = (type) => (state, dispatch) => {
  const depth = Math.max(around(state, n.bullet_list), around(state, n.ordered_list));
  if (!depth) return wrapInList(type)(state, dispatch);
  const { $from } = state.selection;
  if ($from.node(depth).type === type) return liftListItem(n.list_item)(state, dispatch);
  dispatch?.(state.tr.setNodeMarkup($from.before(depth), type));
  return true;
};

// toggleBox puts blocks into a quote or a fact box, or takes them out of it; a speaker or a title becomes a paragraph then.
const toggleBox = (type) => (state, dispatch) => {
  const depth = around(state, type), { $from, $to } = state.selection, { doc } = state;
  if (depth) {
    const box = $from.node(depth), inner = [];
    box.forEach((c) => {
      if (c.type !== n.speaker && c.type !== n.facts_title) inner.push(c);
      else if (c.childCount) inner.push(n.paragraph.create(null, c.content));
    });
    return put(state, dispatch, $from.before(depth), box.nodeSize, inner, -1);
  }
  const first = $from.index(0), last = $to.indexAfter(0), blocks = [];
  for (let i = first; i < Math.max(last, first + 1); i++) blocks.push(doc.child(i));
  if (!blocks.every((c) => c.type.isInGroup("inner"))) return false;
  const content = type === n.quote ? [...blocks, n.speaker.create()] : [n.facts_title.create(), ...blocks];
  return put(state, dispatch, $from.posAtIndex(first, 0), blocks.reduce((size, c) => size + c.nodeSize, 0), type.create(null, content), type === n.quote ? 1 : 3);
};

// put replaces blocks by others with the same words, in which the cursor stays where it was.
function put(state, dispatch, from, size, nodes, shift) {
  if (!dispatch) return true;
  const tr = state.tr.replaceWith(from, from + size, nodes);
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(Math.max(state.selection.from + shift, from), tr.doc.content.size)))).scrollIntoView());
  return true;
}

export const insert = (node) => (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(node, node.isInline).scrollIntoView());
  return true;
};

// after puts a block below the one the cursor is in; it takes the place of an empty paragraph.
export const after = (node) => (state, dispatch) => {
  if (!dispatch) return true;
  const { $from } = state.selection, top = $from.node(1), tr = state.tr;
  const isEmpty = top?.type === n.paragraph && !top.childCount;
  const at = $from.depth ? (isEmpty ? $from.before(1) : $from.after(1)) : $from.pos;
  isEmpty ? tr.replaceWith(at, at + top.nodeSize, node) : tr.insert(at, node);
  if (!tr.doc.resolve(at + node.nodeSize).nodeAfter) tr.insert(at + node.nodeSize, n.paragraph.create());
  const to = node.isTextblock || node.type === n.table ? at + 1 : at + node.nodeSize;
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(to))).scrollIntoView());
  return true;
};

// next goes on behind what has only one line: the title of a box to its words, a speaker or a button to a new paragraph.
function next(state, dispatch) {
  const { $from } = state.selection, { type } = $from.parent;
  if (type === n.facts_title) return dispatch?.(state.tr.setSelection(Selection.near(state.doc.resolve($from.after() + 1)))), true;
  if (type !== n.speaker && type !== n.button) return false;
  const at = type === n.speaker ? $from.after(-1) : $from.after(), tr = state.tr.insert(at, n.paragraph.create());
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

const hardBreak = chainCommands(exitCode, (state, dispatch) => {
  if (!state.selection.$from.parent.type.contentMatch.matchType(n.hard_break)) return true;
  return insert(n.hard_break.create())(state, dispatch);
});

export const commands = {
  strong: toggleMark(m.strong), em: toggleMark(m.em), strike: toggleMark(m.strike), keep: toggleMark(m.keep),
  h2: toggleBlock(n.heading, { level: 2 }), h3: toggleBlock(n.heading, { level: 3 }), h4: toggleBlock(n.heading, { level: 4 }),
  bullet: toggleList(n.bullet_list), ordered: toggleList(n.ordered_list),
  quote: toggleBox(n.quote), facts: toggleBox(n.facts),
  rule: after(n.rule.create()), table: (state, dispatch) => after(build([[], [], []].map(() => [undefined, undefined, undefined])))(state, dispatch),
  undo, redo, ...tableCommands,
};

// isOn reports whether a button shows where the cursor is.
export function isOn(name, state) {
  const mark = { strong: m.strong, em: m.em, strike: m.strike, keep: m.keep, link: m.link }[name];
  const { from, $from, to, empty: none } = state.selection;
  if (mark) return none ? !!mark.isInSet(state.storedMarks || $from.marks()) : state.doc.rangeHasMark(from, to, mark);
  if (/^h\d$/.test(name)) return $from.parent.type === n.heading && $from.parent.attrs.level === +name[1];
  const box = { bullet: n.bullet_list, ordered: n.ordered_list, quote: n.quote, facts: n.facts, table: n.table }[name];
  return !!box && around(state, box) > 0;
}

export const plugins = (more) => [
  history(),
  keymap({
    ...more,
    "Mod-b": commands.strong, "Mod-i": commands.em, "Mod-z": undo, "Mod-y": redo, "Mod-Shift-z": redo,
    "Mod-Shift-7": commands.ordered, "Mod-Shift-8": commands.bullet, "Mod-Shift-9": commands.quote,
    "Mod-Alt-2": commands.h2, "Mod-Alt-3": commands.h3, "Mod-Alt-4": commands.h4, "Mod-Alt-0": setBlockType(n.paragraph),
    Tab: chainCommands(move(1), sinkListItem(n.list_item)), "Shift-Tab": chainCommands(move(-1), liftListItem(n.list_item)),
    Enter: chainCommands(down, next, splitListItem(n.list_item)), "Shift-Enter": hardBreak, "Mod-Enter": chainCommands(leave, exitCode),
    Backspace: empty, Delete: empty, "Mod-[": lift,
  }),
  keymap(baseKeymap),
];

export { tableAt, leave };
