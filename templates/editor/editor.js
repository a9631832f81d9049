// The editor of Markdown texts: every textarea with data-editor gets one, and holds its Markdown for the form and all that looks at
// it. Without this script, or when the server does not answer, the textarea is what one writes in.
import { DOMParser } from "prosemirror-model";
import { EditorState, Plugin, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { isOn, leave, plugins, tableAt } from "./commands.js";
import { commands, dialogs, inLanguage, labelOf } from "./dialogs.js";
import { findings, go, show as showFindings } from "./findings.js";
import { Source, blockOf } from "./markdown.js";
import { MOST_CELLS, MOST_TEXT, cellsIn, clean, light } from "./paste.js";
import { isOnTheWay, schema, words } from "./schema.js";
import { seams } from "./seams.js";
import { whole } from "./table.js";

const parts = document.getElementById("editor-parts");
const WAIT = 300, LONGEST = 800; // milliseconds from a key to the textarea, and from the first where they come without a pause
const MANY = 300, LONG = 100_000; // blocks, and signs, from which on only what is in sight is laid out

// gone returns the blocks of a document that are not in the one after it: between where both begin and end alike.
const gone = (was, is) => {
  let from = 0, end = 0;
  const most = Math.min(was.childCount, is.childCount);
  while (from < most && was.child(from) === is.child(from)) from++;
  while (end < most - from && was.child(was.childCount - 1 - end) === is.child(is.childCount - 1 - end)) end++;
  const stay = new Set(), out = [];
  for (let i = from; i < is.childCount - end; i++) stay.add(is.child(i));
  for (let i = from; i < was.childCount - end; i++) if (!stay.has(was.child(i))) out.push(was.child(i));
  return out;
};

const textNode = (source) => schema.nodes.opaque.create(null, schema.text(source.replace(/^\n+|\s+$/g, "") || " "));

class Editor {
  constructor(area) {
    this.area = area;
    area.editor = this;
    this.name = area.name;
    this.label = document.querySelector(`label[for="${CSS.escape(area.id)}"]`);
    this.shown = new Map(); // address of a picture in the text → where it is shown from
    this.added = new Map(); // key of a picture that was pasted → what it became, null where the library refused it
    this.frame = Object.assign(document.createElement("div"), { className: `editor ${area.dataset.editor}` });
    this.bar = parts.querySelector("template[data-bar]").content.firstElementChild.cloneNode(true);
    this.place = Object.assign(document.createElement("div"), { className: "paper" });
    this.status = Object.assign(document.createElement("p"), { className: "hint told", hidden: true });
    this.status.setAttribute("role", "status");
    this.frame.append(this.bar, this.place, this.status);
    area.after(this.frame);
    this.frame.append(area);
    this.bar.setAttribute("aria-label", `${this.bar.getAttribute("aria-label")}: ${this.label.firstChild.textContent}`);
    this.label.id ||= `${area.id}-label`;
    this.label.addEventListener("click", (event) => { if (this.view) { event.preventDefault(); this.view.focus(); } });
    area.addEventListener("focus", () => this.view?.focus());
    this.bar.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.bar.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); }); // the text keeps the cursor
    this.bar.addEventListener("keydown", (event) => this.rove(event));
    for (const b of this.buttons()) if (b.ariaKeyShortcuts) b.title += ` (${b.ariaKeyShortcuts.replace("Control", "Ctrl")})`;
    this.buttons()[0].tabIndex = 0;
    this.mark();
  }

  buttons() { return [...this.bar.querySelectorAll("button")].filter((b) => !b.closest("[hidden]")); }

  rove(event) {
    const all = this.buttons(), at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") this.view?.focus();
    if (to === undefined) return;
    event.preventDefault();
    this.stop(all.at(to % all.length)).focus();
  }

  // stop makes a button the one that Tab comes to.
  stop(button) {
    for (const b of this.bar.querySelectorAll("button")) b.tabIndex = b === button ? 0 : -1;
    return button;
  }

  press(button) {
    if (!button) return;
    this.stop(button);
    const name = button.dataset.do;
    if (name === "source") return this.uploads ? null : this.view ? this.close() : open([this]);
    if (!this.view || button.getAttribute("aria-disabled") === "true") return;
    if (dialogs[name]) return dialogs[name](this.view, this);
    commands[name](this.view.state, this.view.dispatch, this.view);
    this.view.focus();
  }

  tell(text) {
    this.status.textContent = text || "";
    this.status.hidden = !text;
  }

  // read makes a document of the blocks of a text.
  read(blocks) {
    const html = document.createElement("template"), parser = DOMParser.fromSchema(schema);
    const nodes = [];
    html.innerHTML = blocks.map((b) => `<div>${b.html || ""}</div>`).join("");
    for (const [i, holder] of [...html.content.children].entries()) {
      for (const img of holder.querySelectorAll("img[data-show]")) this.shown.set(img.dataset.src, img.dataset.show);
      const made = blocks[i].html ? parser.parse(holder, { preserveWhitespace: "full" }) : null;
      nodes.push(made?.childCount === 1 ? made.firstChild : textNode(blocks[i].source));
    }
    return schema.nodes.doc.create(null, nodes.length ? nodes : schema.nodes.paragraph.create());
  }

  // show puts the blocks of a text on the paper.
  show(blocks, warning) {
    const doc = this.read(blocks);
    this.source = new Source();
    this.source.keep(doc, blocks.map((b) => b.source));
    this.known = this.area.value;
    this.view?.destroy();
    this.tell(warning);
    this.view = new EditorView(this.place, {
      state: EditorState.create({ schema, doc, plugins: [findings(this.explanation()), whole(), seams(), ...plugins(this.keys()), this.watch()] }),
      attributes: ({ doc: { childCount, content } }) => ({
        role: "textbox", "aria-multiline": "true", "aria-labelledby": this.label.id, lang: this.area.form.elements.language?.value || "", spellcheck: "true", class: childCount > MANY || content.size > LONG ? "text many" : "text",
        ...(this.area.getAttribute("aria-describedby") && { "aria-describedby": this.area.getAttribute("aria-describedby") }), ...(this.area.ariaInvalid && { "aria-invalid": "true" }),
      }),
      nodeViews: { merge: (node, view, at) => this.chip(node, at), figure: (node, view, at) => this.figure(node, at), picture: (node) => this.inline(node) },
      transformPastedHTML: (html) => this.pasted?.html ?? clean(light(html)).html,
      handlePaste: (view, event) => this.takes(event.clipboardData),
      handleDrop: (view, event) => this.takes(event.dataTransfer, event),
      handleDOMEvents: {
        paste: (view, event) => this.looks(event, event.clipboardData), drop: (view, event) => this.looks(event, event.dataTransfer), blur: () => { this.write(); },
        // A finger below the text gives the focus and may leave the cursor in the field before, where all that is typed would go.
        click: (view) => { if (!view.dom.contains(document.getSelection().anchorNode)) view.focus(); },
      },
      scrollMargin: 80, scrollThreshold: 80,
    });
    if (document.activeElement === this.area) this.view.focus(); // where the address of the page led to
    this.area.classList.add("unseen");
    this.area.tabIndex = -1;
    this.area.setAttribute("aria-hidden", "true");
    this.mark();
  }

  // close gives the Markdown to be written by hand.
  close() {
    this.write();
    this.view.destroy();
    this.view = null;
    this.area.classList.remove("unseen");
    this.area.removeAttribute("tabindex");
    this.area.removeAttribute("aria-hidden");
    this.mark();
    this.area.focus();
  }

  // write puts the Markdown into the textarea, as if it had been typed there.
  write() {
    clearTimeout(this.waiting);
    if (!this.changed) return;
    this.changed = false;
    this.area.value = this.source.text(this.view.state.doc);
    this.known = this.area.value;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  watch() {
    return new Plugin({
      view: () => ({
        update: (view, before) => {
          if (before.doc !== view.state.doc) {
            for (const node of gone(before.doc, view.state.doc)) this.source.lost(node);
            if (!this.changed) this.since = Date.now();
            this.changed = true;
            clearTimeout(this.waiting);
            this.waiting = setTimeout(() => this.write(), Math.max(0, Math.min(WAIT, this.since + LONGEST - Date.now())));
          }
          this.mark();
        },
      }),
    });
  }

  // mark shows on the toolbar where the cursor is.
  mark() {
    const { state } = this.view || {};
    for (const b of this.bar.querySelectorAll("button[data-do]")) {
      const name = b.dataset.do;
      if (name === "source") b.setAttribute("aria-pressed", !this.view);
      else if (b.hasAttribute("aria-pressed")) b.setAttribute("aria-pressed", !!state && isOn(name, state));
      if (name !== "source") b.setAttribute("aria-disabled", !state || commands[name] !== undefined && !dialogs[name] && !commands[name](state));
    }
    this.bar.querySelector("[data-table]").hidden = !state || !tableAt(state.selection.$from);
  }

  keys() {
    return {
      "Mod-k": () => { dialogs.link(this.view, this); return true; },
      "Mod-s": () => { this.write(); return false; },
      "Alt-F10": () => { this.bar.querySelector("button[tabindex='0']").focus(); return true; },
      Escape: (state, dispatch) => {
        if (!this.explanation().hidden) this.explanation().hidden = true;
        else if (!leave(state, dispatch)) this.stop(this.buttons()[0]).focus();
        return true;
      },
    };
  }

  explanation() {
    if (!this.box) {
      this.box = Object.assign(document.createElement("div"), { className: "explanation", hidden: true });
      this.box.setAttribute("role", "status");
      this.box.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.box.hidden = true; this.view.focus(); } });
      this.frame.append(this.box);
    }
    return this.box;
  }

  // What stands in the text and is changed by a dialog

  opens(dom, dialog, getPos) {
    const act = () => dialog(this.view, this, getPos());
    dom.addEventListener("dblclick", act);
    dom.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); act(); } });
    return { dom, stopEvent: (event) => event.type === "keydown" || event.type === "dblclick", ignoreMutation: () => true };
  }

  chip(node, getPos) {
    const dom = Object.assign(document.createElement("span"), { className: "chip busy", textContent: labelOf(node.attrs.source), title: node.attrs.source });
    return this.opens(dom, dialogs.merge, getPos);
  }

  figure(node, getPos) {
    const { src, alt, caption, credit } = node.attrs, dom = document.createElement("figure");
    const from = this.shown.get(src);
    this.due(src);
    if (isOnTheWay(src)) dom.append(Object.assign(document.createElement("p"), { className: "stand-in", textContent: alt || "…" }));
    else if (from) dom.append(Object.assign(new Image(), { src: from, alt }));
    else dom.append(Object.assign(document.createElement("p"), { className: "stand-in", textContent: `${alt || "–"} (${src})` }));
    const line = [caption, credit].filter(Boolean).join(" – ");
    if (line) dom.append(Object.assign(document.createElement("figcaption"), { textContent: line }));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet small", textContent: words.change });
    button.addEventListener("click", () => dialogs.picture(this.view, this, getPos()));
    dom.append(button);
    return { ...this.opens(dom, dialogs.picture, getPos), stopEvent: (event) => button.contains(event.target) || event.type === "dblclick" };
  }

  inline({ attrs: { src, alt, title } }) {
    const dom = Object.assign(new Image(), { alt: alt || "…", title });
    dom.dataset.src = src;
    this.due(src);
    return { dom };
  }

  // due settles a picture that comes back to the text by doing again what was taken back.
  due(src) {
    if (isOnTheWay(src) && this.added.has(src)) setTimeout(() => this.settle(src));
  }

  // What is pasted and dropped

  // looks reads what is pasted before the editor does, and refuses what is too much.
  looks(event, data) {
    const short = light(data?.getData("text/html") || ""), { html } = short;
    this.pasted = null;
    const refuse = cellsIn(html) > MOST_CELLS ? "cells" : Math.max(data?.getData("text/plain").length || 0, html.length / 10) > MOST_TEXT ? "long" : "";
    if (refuse) {
      event.preventDefault();
      this.tell(words[refuse]);
      return true;
    }
    if (html) this.pasted = clean(short, data.getData("text/rtf"));
    this.tell(this.pasted?.remote ? words.remote.replace("{0}", this.pasted.remote) : "");
    return false;
  }

  // takes uploads pictures. Word on a Mac adds a picture of the words it puts on the clipboard: where there are words they are taken.
  takes(data, dropped) {
    const pasted = this.pasted, at = dropped && this.view.posAtCoords({ left: dropped.clientX, top: dropped.clientY });
    this.pasted = null;
    const files = pasted?.text || pasted?.pictures.length > 1 ? [] : [...(data?.files || [])].filter((f) => f.type.startsWith("image/"));
    if (files.length) {
      dropped?.preventDefault();
      this.tell("");
      if (at) this.view.dispatch(this.view.state.tr.setSelection(Selection.near(this.view.state.doc.resolve(at.pos))));
      const pictures = files.map((file) => ({ file, key: `paste:file-${++count}`, alt: "" }));
      const { state } = this.view, { $to } = state.selection;
      this.view.dispatch(state.tr.insert($to.depth ? $to.after(1) : $to.pos, pictures.map(({ key }) => schema.nodes.figure.create({ src: key }))));
      this.upload(pictures);
      return true;
    }
    if (data?.files.length && !pasted?.text && !pasted?.pictures.length) { // a browser would open the file
      dropped?.preventDefault();
      this.tell(words.file);
      return true;
    }
    if (pasted?.pictures.length) setTimeout(() => this.upload(pasted.pictures, pasted.remote)); // they stand in what is put into the text now
    return false;
  }

  // upload puts pictures into the library one after the other, each of which stands in the text by its key meanwhile.
  async upload(pictures, remote) {
    const said = new Set(remote ? [words.remote.replace("{0}", remote)] : []);
    this.uploads = (this.uploads || 0) + pictures.length;
    for (const [i, { key, alt, ...picture }] of pictures.entries()) {
      this.tell(words.uploading.replace("{0}", i + 1).replace("{1}", pictures.length));
      const form = new FormData();
      form.append("file", picture.file || fileOf(picture, i));
      let item = null;
      try {
        const answer = await fetch("/library/upload", { method: "POST", body: form, headers: { Accept: "application/json" } }), got = await answer.json();
        if (answer.ok) item = got;
        else said.add(got.error?.message || words.lost);
      } catch { said.add(words.lost); }
      this.added.set(key, item && { src: item.address, alt: inLanguage(item.alt, this.area.form) || alt, caption: inLanguage(item.caption, this.area.form), credit: item.credit || "" });
      if (item) this.shown.set(item.address, item.src);
      this.uploads--;
      if (!this.settle(key) && item) this.append(this.added.get(key));
    }
    this.tell([...said].join(" "));
    if (!this.uploads) this.whenAdded?.();
  }

  // settle gives a pasted picture the address it got in the library, or takes it away where it got none; it reports whether the
  // picture stands in the text.
  settle(key) {
    const attrs = this.added.get(key);
    if (attrs === undefined || !this.view) return false;
    let found = false;
    const { tr } = this.view.state;
    this.view.state.doc.descendants((node, pos) => {
      if (node.attrs.src !== key) return;
      found = true;
      if (attrs) tr.setNodeMarkup(tr.mapping.map(pos), null, node.type === schema.nodes.figure ? attrs : { src: attrs.src, alt: attrs.alt });
      else tr.delete(tr.mapping.map(pos), tr.mapping.map(pos + node.nodeSize));
    });
    if (found) this.view.dispatch(tr.setMeta("addToHistory", false));
    return found;
  }

  // append puts a picture behind a text that was changed so much meanwhile that its place is gone.
  append(attrs) {
    const figure = schema.nodes.figure.create(attrs);
    if (this.view) return this.view.dispatch(this.view.state.tr.insert(this.view.state.doc.content.size, figure));
    this.area.value = `${this.area.value.trimEnd()}\n\n${blockOf(figure)}`.trimStart();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

let count = 0; // files pasted and dropped on this page

function fileOf({ type, base64, hex }, i) {
  const plain = base64 && atob(base64.replace(/\s/g, "")), bytes = new Uint8Array(plain ? plain.length : hex.length / 2);
  for (let n = 0; n < bytes.length; n++) bytes[n] = plain ? plain.charCodeAt(n) : parseInt(hex.slice(2 * n, 2 * n + 2), 16);
  return new File([bytes], `picture-${i + 1}.${type.slice(6)}`, { type });
}

// open shows the texts of some editors as the server reads them. What is typed meanwhile is read again.
async function open(editors) {
  const form = new FormData(), asked = new Map(editors.map((e) => [e, e.asked = e.area.value]));
  form.append("language", editors[0].area.form.elements.language?.value || "");
  for (const [e, text] of asked) form.append(e.name, text);
  let answer = {};
  try {
    const got = await fetch("/releases/editor", { method: "POST", body: form });
    if (got.ok) answer = await got.json();
  } catch { /* told below */ }
  const again = [];
  for (const [e, text] of asked) {
    e.write();
    if (e.asked !== text) continue; // a later answer shows it
    e.asked = null;
    if (!answer[e.name]) e.tell(words.lost);
    else if (answer[e.name].problem) e.tell(answer[e.name].problem);
    else if (e.area.value !== text) again.push(e);
    else e.show(answer[e.name].blocks || [], answer[e.name].warning);
  }
  if (again.length) open(again);
}

const areas = parts ? [...document.querySelectorAll("textarea[data-editor]")] : [];
if (areas.length) {
  Object.assign(words, parts.dataset);
  const editors = areas.map((area) => new Editor(area)), { form } = areas[0];
  open(editors).then(() => { // which has moved the field that the address of the page leads to
    const at = document.getElementById(location.hash.slice(1)), shown = at?.editor?.frame || at;
    if (shown?.contains(document.activeElement)) shown.scrollIntoView();
  });
  const byName = (name) => editors.find((e) => e.name === name);

  // Whoever reads the form finds in it what is written.
  const writeAll = () => { for (const e of editors) e.write(); };
  addEventListener("submit", (event) => {
    const busy = editors.find((e) => e.uploads);
    writeAll();
    if (!busy || event.target !== form) return;
    event.preventDefault(); // until all pictures have their address
    event.stopImmediatePropagation();
    busy.whenAdded = () => { busy.whenAdded = null; form.requestSubmit(event.submitter); };
  }, true);
  addEventListener("pagehide", writeAll);
  document.addEventListener("visibilitychange", writeAll);
  form.addEventListener("formdata", ({ formData }) => {
    for (const e of editors) if (e.changed) formData.set(e.name, e.source.text(e.view.state.doc));
  });

  // Another script may put a text into a textarea: one kept in the browser, or an earlier version.
  const look = () => {
    const other = editors.filter((e) => e.view && !e.changed && e.area.value !== e.known && e.area.value !== e.asked);
    if (other.length) open(other);
    check();
  };
  form.addEventListener("change", look);
  let waiting;
  form.addEventListener("input", ({ target }) => {
    if (!editors.some((e) => e.area === target && e.area.value === e.known)) return look();
    check();
  });

  // The writing check. Of two answers the one to the later question is shown.
  let asked = 0;
  const ask = async () => {
    if (!parts.dataset.check) return;
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    const mine = ++asked;
    try {
      const answer = await fetch(parts.dataset.check, { method: "POST", body: data });
      if (!answer.ok) return;
      const { findings: found, unchecked } = await answer.json();
      if (mine !== asked) return;
      for (const e of editors) if (e.view && !e.changed) showFindings(e.view, found.filter((f) => f.field === e.name));
      list([...unchecked.map((u) => ({ ...u, severity: "block" })), ...found]);
    } catch { /* the next change asks again */ }
  };
  const check = () => { clearTimeout(waiting); waiting = setTimeout(ask, 1200); };
  check();

  // All that it finds stands in a list too, each line of which leads to its place.
  const card = document.getElementById("findings");
  const list = (found) => {
    if (!card.querySelector("a")) card.hidden = !found.length;
    card.querySelector("ul").replaceChildren(...found.map((f) => {
      const item = document.createElement("li"), button = Object.assign(document.createElement("button"), { type: "button", className: "linklike", textContent: f.text || f.why });
      button.addEventListener("click", () => lead(f));
      item.append(Object.assign(document.createElement("span"), { className: `chip ${{ block: "bad", warn: "wait" }[f.severity] || ""}`, textContent: card.dataset[f.severity] }), " ", button);
      if (f.text) item.append(` ${f.why}`);
      return item;
    }));
  };
  const lead = (f) => {
    const editor = byName(f.field), [name, n, part] = f.field.split(".");
    if (editor?.view) return go(editor.view, f);
    const field = name === "slots" ? document.getElementById(`f-slot_${n}`) : part ? document.getElementsByName(`${{ quotes: "quote", stories: "story" }[name]}_${part}`)[n] : form.elements[name];
    if (!field?.focus) return;
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    let at = -1;
    for (let i = 0; i <= (f.nth || 0); i++) at = field.value.indexOf(f.text, at + 1);
    if (at >= 0 && f.text) field.setSelectionRange(at, at + f.text.length);
  };
}
