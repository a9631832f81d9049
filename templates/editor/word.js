// What Word does in its own way: lists that are only paragraphs, pictures that stand beside the HTML.

export const styleOf = (el) => (el.getAttribute("data-style") || "").toLowerCase().replace(/\s+/g, " ");
const levelOf = (p) => +(styleOf(p).match(/mso-list: ?l\d+ level(\d)/)?.[1] || 0);

// wordLists makes lists of the paragraphs by which Word writes them: each names its level, and on the desktop begins with its mark.
export function wordLists(body) {
  for (const h of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) if (levelOf(h)) signOf(h)?.replaceWith(/[\p{L}\d]/u.test(signOf(h).textContent) ? `${signOf(h).textContent.trim()} ` : ""); // a numbered heading
  gather(body.querySelectorAll("p"), levelOf, (p) => {
    const sign = signOf(p), begin = (sign?.textContent || "").trim().match(/^\(?([\p{L}\d]{1,4})[.)]/u);
    sign?.remove();
    return [{ level: levelOf(p), tag: begin ? "ol" : "ul", start: +begin?.[1], nodes: [...p.childNodes] }];
  });
  gather(body.querySelectorAll("div.ListContainerWrapper"), () => 1, (box) => [...box.querySelectorAll("li")].map((li) => ({
    level: +li.getAttribute("data-aria-level") || 1, tag: li.parentElement.localName, start: +li.getAttribute("aria-posinset"), nodes: [...li.childNodes],
  })));
}

const signOf = (el) => [...el.querySelectorAll("[data-style]")].find((e) => /mso-list: ?ignore/.test(styleOf(e)));

// gather puts one list in the place of elements that follow each other.
function gather(elements, isItem, itemsOf) {
  let last = null, lists = [];
  for (const el of elements) {
    if (!isItem(el)) continue;
    if (!last || el.previousElementSibling !== last) lists = [];
    for (const { level, tag, start, nodes } of itemsOf(el)) {
      lists = lists.slice(0, level);
      if (lists.length >= level && lists.at(-1).localName !== tag) lists.pop();
      if (lists.length < level) {
        const list = el.ownerDocument.createElement(tag);
        if (start > 1) list.setAttribute("start", start);
        if (lists.length) lists.at(-1).lastElementChild.append(list);
        else el.before(list);
        lists.push(list);
      }
      const item = el.ownerDocument.createElement("li"), words = el.ownerDocument.createElement(nodes.some((n) => n.localName === "p") ? "div" : "p");
      words.append(...nodes);
      item.append(words);
      lists.at(-1).append(item);
    }
    last = lists[0];
    el.remove();
  }
}

// rtfPictures returns the pictures in RTF as { type, hex }: the HTML beside it names only files of that computer.
export function rtfPictures(rtf) {
  const found = [];
  for (let at = rtf.indexOf("{\\pict"); at >= 0; at = rtf.indexOf("{\\pict", at + 1)) {
    let depth = 1, own = "", end = at + 1;
    const edge = /[{}]/g;
    while (depth > 0) {
      edge.lastIndex = end;
      const next = edge.exec(rtf);
      if (!next) return found;
      if (depth === 1) own += `${rtf.slice(end, next.index)} `;
      depth += next[0] === "{" ? 1 : -1;
      end = next.index + 1;
    }
    const [, type] = own.match(/\\(png|jpeg)blip/) || [];
    if (type && !/\\nonshppict\s*$/.test(rtf.slice(Math.max(0, at - 20), at))) found.push({ type: `image/${type}`, hex: own.replace(/\\[a-z]+-?\d* ?|[^\da-f]/gi, "") });
    at = end - 1;
  }
  return found;
}
