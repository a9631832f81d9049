// The dialogs of the editor stand once on the page, and ask for what a picture, a link or a button needs.
import { schema, words } from "./schema.js";
import { after, commands, insert } from "./commands.js";

const { nodes: n, marks: m } = schema;
const parts = () => document.getElementById("editor-parts");

// ask shows a dialog with values in its fields, and returns what was typed; null when it was closed, "remove" for that button. check
// returns what is wrong with it, by field, which is told before the dialog closes.
function ask(name, values, check) {
  const dialog = parts().querySelector(`[data-dialog="${name}"]`), form = dialog.querySelector("form");
  form.reset();
  for (const [key, value] of Object.entries(values)) if (form.elements[key]) form.elements[key].value = value;
  for (const el of dialog.querySelectorAll("[data-only]")) el.hidden = !values[el.dataset.only];
  dialog.returnValue = "";
  const typed = () => Object.fromEntries([...new FormData(form)].map(([k, v]) => [k, v.trim()]));
  const told = (wrong) => { for (const el of form.querySelectorAll("input")) el.setCustomValidity(wrong[el.name] || ""); };
  told({});
  form.oninput = () => told({});
  form.querySelector('[value="ok"]').onclick = () => told(check(typed()));
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => {
    done(dialog.returnValue === "ok" ? typed() : dialog.returnValue || null);
  }, { once: true }));
}

// fullAddress completes an address as people type it.
export const fullAddress = (s) => (/^[a-z][a-z0-9+.-]*:|^\{\{|^$/i.test(s) ? s : /^[^\s/@]+@[^\s/@]+\.[^\s/@]+$/.test(s) ? `mailto:${s}` : `https://${s}`);

// leads says what is wrong with an address that a link or a button leads to.
function leads({ href }, empty) {
  if (!href) return empty ? {} : { href: words.address };
  try {
    const { protocol, hostname, pathname } = new URL(fullAddress(href).replace(/\{\{.*?\}\}/g, "x"));
    if (/^https?:$/.test(protocol) ? !hostname.includes("%") && (hostname.includes(".") || /^https?:/i.test(href)) : /^(mailto|tel|sms|media|cid):$/.test(protocol) && pathname) return {};
  } catch { /* it is no address */ }
  return { href: words.address };
}

const linkAround = (state) => {
  const { $from, from, to, empty } = state.selection;
  const mark = m.link.isInSet(empty ? $from.marks() : state.doc.resolve(from + 1).marks());
  if (!mark || !empty) return { mark, from, to };
  let start = $from.parentOffset, end = start;
  $from.parent.forEach((child, at) => {
    if (mark.isInSet(child.marks) && at <= $from.parentOffset && at + child.nodeSize >= $from.parentOffset) { start = at; end = at + child.nodeSize; }
  });
  return { mark, from: $from.start() + start, to: $from.start() + end };
};

async function link(view) {
  const { mark, from, to } = linkAround(view.state);
  const said = view.state.doc.textBetween(from, to, " ");
  const answer = await ask("link", { href: mark?.attrs.href || "", words: said, fresh: !mark, known: mark }, (a) => leads(a, mark));
  view.focus();
  if (!answer) return;
  const tr = view.state.tr.removeMark(from, to, m.link);
  if (answer !== "remove" && answer.href) {
    const made = m.link.create({ href: fullAddress(answer.href), title: mark?.attrs.title || "" }), shown = answer.words || answer.href;
    if (shown === said) tr.addMark(from, to, made);
    else tr.replaceWith(from, to, schema.text(shown, [...view.state.doc.resolve(from).marks().filter((k) => k.type !== m.link), made]));
  }
  view.dispatch(tr.scrollIntoView());
}

// Pictures: of the library, or inline files of the form.

const filesOf = (form) => [...form.querySelectorAll("[name=file_name]")].map((el) => el.value).filter(Boolean);
const cidOf = (name) => `cid:${encodeURIComponent(name).replace(/[()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
// inLanguage returns what the library says of a picture in the language of the text; both scripts of Serbian are one language.
export const inLanguage = (texts, form) => {
  const language = form.elements.language?.value || "";
  return texts?.[language] || (language.startsWith("sr") && (texts?.["sr-Latn"] || texts?.["sr-Cyrl"])) || "";
};

function offerPictures(dialog, form, editor) {
  const box = dialog.querySelector("[data-offers]"), search = dialog.querySelector("[data-search]"), fields = dialog.querySelector("form").elements;
  const offer = (label, src, thumb, fill, bar) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet offer" });
    if (thumb) button.append(Object.assign(new Image(), { src: thumb, alt: "" }));
    button.append(label);
    if (bar) {
      button.disabled = true;
      button.append(Object.assign(document.createElement("small"), { textContent: bar }));
    }
    button.addEventListener("click", () => {
      fields.src.value = src;
      fill?.();
      for (const b of box.children) b.setAttribute("aria-pressed", b === button);
      fields.alt.focus();
    });
    button.setAttribute("aria-pressed", fields.src.value === src);
    box.append(button);
  };
  let put = {}; // what the library said of the picture chosen before, which goes with it
  const said = (values) => {
    for (const [name, value] of Object.entries(values)) if (!fields[name].value || fields[name].value === put[name]) fields[name].value = value || "";
    put = values;
  };
  const fill = async () => {
    const words = search.value.trim();
    let items = [];
    try {
      const answer = await fetch(`/library/pick?q=${encodeURIComponent(words)}`);
      items = answer.ok ? (await answer.json()).items : [];
    } catch { /* the files of the form are offered all the same */ }
    box.replaceChildren();
    for (const item of items) {
      offer(item.title, item.address, item.thumb, () => {
        said({ alt: inLanguage(item.alt, form), caption: inLanguage(item.caption, form), credit: item.credit });
        editor.shown.set(item.address, item.src);
      }, item.bar);
    }
    for (const name of filesOf(form)) if (name.toLowerCase().includes(words.toLowerCase())) offer(name, cidOf(name));
    if (!box.children.length) box.append(box.dataset.none);
  };
  let waiting;
  search.oninput = () => { clearTimeout(waiting); waiting = setTimeout(fill, 250); };
  search.value = "";
  return fill();
}

async function picture(view, editor, at) {
  const node = at === undefined ? null : view.state.doc.nodeAt(at);
  const dialog = parts().querySelector('[data-dialog="picture"]');
  offerPictures(dialog, editor.area.form, editor);
  const answer = await ask("picture", { src: "", ...node?.attrs, known: node }, ({ src }) => (/^(media:|cid:|https?:\/\/)\S+$/i.test(src) ? {} : { src: words.picture }));
  view.focus();
  if (!answer || answer !== "remove" && !answer.src) return;
  if (answer === "remove") return view.dispatch(view.state.tr.delete(at, at + node.nodeSize));
  const { src, alt, caption, credit } = answer, made = n.figure.create({ src, alt, caption, credit });
  if (node) view.dispatch(view.state.tr.replaceWith(at, at + node.nodeSize, made));
  else after(made)(view.state, view.dispatch);
}

async function button(view) {
  const { $from } = view.state.selection, node = $from.parent.type === n.button ? $from.parent : null;
  const answer = await ask("button", { words: node?.textContent || "", href: node?.attrs.href || "", known: node }, leads);
  view.focus();
  if (!answer) return;
  const href = answer !== "remove" && fullAddress(answer.href);
  if (!node) return after(n.button.create({ href }, schema.text(answer.words || answer.href)))(view.state, view.dispatch);
  const from = $from.before(), tr = view.state.tr;
  if (answer === "remove") tr.delete(from, from + node.nodeSize);
  else if (answer.words === node.textContent) tr.setNodeMarkup(from, null, { href });
  else tr.replaceWith(from, from + node.nodeSize, n.button.create({ href }, schema.text(answer.words || answer.href)));
  view.dispatch(tr);
}

// Merge fields

const FIELD = /^\{\{\s*([\w.-]+|attribute\.[^{}|"]+?)\s*(?:\|\s*"([^"]*)"\s*)?\}\}$/;
const isCondition = (source) => !FIELD.test(source);

// labelOf returns what a chip says for a merge field.
export function labelOf(source) {
  const [, name, fallback] = source.match(FIELD) || [];
  if (!name) return source.replace(/^\{\{\s*|\s*\}\}$/g, "").replace(/\s*\}\}|\{\{\s*/g, " ‖ ");
  const known = parts()?.querySelector(`[data-dialog="merge"] option[value="${CSS.escape(name)}"]`);
  return (known ? known.textContent : name) + (fallback ? ` | ${fallback}` : "");
}

async function merge(view, editor, at) {
  const source = at === undefined ? "" : view.state.doc.nodeAt(at).attrs.source, [, name, fallback] = source.match(FIELD) || [];
  const answer = await ask("merge", { name: name || "first_name", own: name || "", fallback: fallback || "", source, known: source, simple: !source || !isCondition(source), condition: source && isCondition(source) },
    ({ name, own }) => (name || source && isCondition(source) || /^attribute\.[^{}|"]+$/.test(own) || parts().querySelector(`[data-dialog="merge"] option[value="${CSS.escape(own || "-")}"]`) ? {} : { own: words.field }));
  view.focus();
  if (!answer) return;
  if (answer === "remove") return view.dispatch(view.state.tr.delete(at, at + 1));
  const field = answer.name || answer.own, written = source && isCondition(source) ? answer.source : `{{ ${field}${answer.fallback ? ` | "${answer.fallback.replace(/"/g, "”").replace(/[{}]/g, "")}"` : ""} }}`;
  const made = n.merge.create({ source: written });
  if (at === undefined) insert(made)(view.state, view.dispatch);
  else view.dispatch(view.state.tr.replaceWith(at, at + 1, made));
}

export const dialogs = { link, picture, button, merge };
export { commands };
