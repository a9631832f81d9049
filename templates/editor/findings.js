// What the writing check finds is underlined in the text. The words why, and better ones, those that fit as buttons that put
// them in, show on a click, beside the
// cursor with Ctrl+. and on hovering.
import { Plugin, PluginKey, TextSelection } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { words } from "./schema.js";

const key = new PluginKey("findings");

// placeOf returns where the nth occurrence of a text in a block stands.
function placeOf(block, at, text, nth) {
  let plain = "", found = -1;
  const starts = []; // place in the document of each unit of the plain text
  block.descendants((node, pos) => {
    if (node.isText) for (let i = 0; i < node.text.length; i++) { starts.push(at + 1 + pos + i); plain += node.text[i]; }
    else if (node.isBlock && plain && !plain.endsWith("\n")) { starts.push(-1); plain += "\n"; }
    else if (node.isLeaf) { starts.push(at + 1 + pos); plain += "\ufffc"; }
  });
  for (let n = 0; n <= nth; n++) if ((found = plain.indexOf(text, found + 1)) < 0) return null;
  return [starts[found], starts[found + text.length - 1] + 1];
}

// blocksOf are the blocks of a document as the server counts them: without those that are empty.
function blocksOf(doc) {
  const blocks = [];
  doc.forEach((node, pos) => { if (node.type.name !== "paragraph" || node.textContent.trim() || node.childCount > 0) blocks.push([node, pos]); });
  return blocks;
}

export function locate(doc, { block, nth, text }) {
  const [node, pos] = blocksOf(doc)[block] || [];
  return node && text ? placeOf(node, pos, text, nth || 0) : node && [pos + 1, pos + 1];
}

const draw = (doc, findings) => DecorationSet.create(doc, findings.flatMap((f) => {
  const place = locate(doc, f);
  return place && place[1] > place[0] ? [Decoration.inline(...place, { class: `finding ${f.severity}`, "aria-description": f.why }, { finding: f })] : [];
}));

export const findings = (box) => new Plugin({
  key,
  state: {
    init: () => DecorationSet.empty,
    apply: (tr, set) => (tr.getMeta(key) ? draw(tr.doc, tr.getMeta(key)) : set.map(tr.mapping, tr.doc)),
  },
  props: {
    decorations: (state) => key.getState(state),
    handleKeyDown(view, event) {
      if (event.key !== "." || !(event.ctrlKey || event.metaKey)) return false;
      return explain(view, box, view.state.selection.from, true);
    },
    handleClick: (view, pos) => { explain(view, box, pos, false); },
    handleDOMEvents: {
      mouseover(view, { target }) {
        if (target.closest?.(".finding")) explain(view, box, view.posAtDOM(target, 0), false);
        else if (!box.contains(document.activeElement)) box.hidden = true;
      },
    },
  },
});

export const show = (view, list) => view.dispatch(view.state.tr.setMeta(key, list).setMeta("addToHistory", false));

function explain(view, box, pos, take) {
  const [found] = key.getState(view.state).find(pos, pos);
  if (!found) return (box.hidden = true), false;
  const { why, suggestion, replace, source } = found.spec.finding;
  const only = suggestion.filter((s) => !replace.includes(s));
  box.replaceChildren(Object.assign(document.createElement("p"), { textContent: why }));
  if (only.length) box.append(Object.assign(document.createElement("p"), { textContent: `${words.instead} ${only.join("; ")}` }));
  for (const better of replace) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: better });
    button.addEventListener("click", () => {
      box.hidden = true;
      const [now] = key.getState(view.state).find(pos, pos, (s) => s.finding === found.spec.finding);
      if (now) view.dispatch(view.state.tr.insertText(better, now.from, now.to));
      view.focus();
    });
    box.append(button);
  }
  if (source) box.append(Object.assign(document.createElement("small"), { textContent: source }));
  box.hidden = false;
  const at = view.coordsAtPos(found.from);
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${at.bottom + box.offsetHeight + 12 < innerHeight ? at.bottom + 4 : at.top - box.offsetHeight - 4}px`;
  if (take) box.querySelector("button")?.focus();
  return true;
}

export function go(view, finding) {
  const place = locate(view.state.doc, finding);
  if (place) view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, ...place)).scrollIntoView());
  view.focus();
}
