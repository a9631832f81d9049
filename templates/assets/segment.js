// A segment while it is made: lines take the shape of their field, the count follows what is typed, and a rule typed as text
// is completed. Without this script the buttons do the same: every press sends the form, which comes back as it was.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-segment]");
  if (!form()) return;

  const send = (path, submitter) => {
    const body = new URLSearchParams(new FormData(form(), submitter));
    if (!submitter) body.set("do", "shape"); // no button was pressed
    return post(path, body);
  };
  const post = async (path, body) => {
    const answer = await fetch(path, { method: "POST", body, redirect: "follow" });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  const replace = (page) => {
    const fresh = page.querySelector("form[data-segment]");
    if (fresh) form().replaceWith(document.adoptNode(fresh));
    return fresh;
  };

  const isTyped = () => form().dispatchEvent(new Event("input", { bubbles: true })); // so that it is kept as it is now

  // What was kept in the browser comes back with the lines it had.
  document.addEventListener("bring-back", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    const body = new URLSearchParams([["signed_in_as", form().elements.signed_in_as.value], ["do", "shape"]]);
    for (const [name, values] of Object.entries(event.detail)) {
      for (const v of values) if (!Array.isArray(v)) body.append(name, v); else if (v[1]) body.append(name, v[0]);
    }
    post(form().action, body).then((page) => replace(page) && isTyped());
  });

  // The form comes back from the server and takes the place of what is there; who was in a field stays in it. What was typed while
  // the answer was under way is asked about again: the answer does not hold it.
  let edits = 0;
  const reshape = async (submitter) => {
    let page, before;
    do {
      before = edits;
      page = await send(form().action, submitter);
    } while (before !== edits && page.querySelector("form[data-segment]"));
    const at = document.activeElement?.id;
    if (!replace(page)) return form().submit(); // signed out meanwhile: the page that answers keeps what was written
    if (submitter && submitter.value !== "count") isTyped();
    const spot = document.querySelector("[data-offset]");
    const text = document.getElementById("f-rule");
    if (spot && text) {
      text.focus();
      text.setSelectionRange(Number(spot.dataset.offset), Number(spot.dataset.offset));
    } else if (/^(add|group):/.test(submitter?.value)) {
      [...document.querySelectorAll("[data-line] select[name$='.field']")].findLast((s) => !s.value)?.focus();
    } else if (at) {
      document.getElementById(at)?.focus();
    }
  };

  document.addEventListener("submit", (event) => {
    if (event.target !== form() || !event.submitter || event.submitter.value === "save") return;
    event.preventDefault();
    reshape(event.submitter);
  });

  let waiting = 0;
  let asked = 0;
  const count = () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      const page = await send("/segments/count");
      const fresh = page.getElementById("segment-count");
      if (mine === asked && fresh) document.getElementById("segment-count").replaceWith(document.adoptNode(fresh));
    }, 400);
  };
  document.addEventListener("change", (event) => {
    if (event.target.form !== form()) return;
    edits++;
    if (event.target.matches("[data-reshape]")) reshape();
    else count();
  });
  document.addEventListener("input", (event) => {
    if (event.target.form === form()) edits++;
    if (event.target.form === form() && event.target.matches('input[name^="r"], textarea')) count();
  });

  // Completion of the text.
  let chosen = -1;
  let completion = null;
  const list = () => document.getElementById("completions");
  const close = () => {
    completion = null;
    const l = list();
    if (l) l.hidden = true;
  };
  const open = async (text, all) => {
    const at = text.selectionStart;
    const before = text.value.slice(0, at);
    if (!all && !/[\p{L}\p{N}_."(= ]$/u.test(before)) return close();
    const query = new URLSearchParams({ before, behind: text.value.slice(at) });
    const answer = await fetch(`/segments/complete?${query}`);
    if (!answer.ok || text.selectionStart !== at) return;
    completion = await answer.json();
    const l = list();
    if (!l || !completion.words?.length) return close();
    chosen = -1;
    l.replaceChildren(...completion.words.map((w, i) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `completion-${i}`;
      item.append(w.text);
      if (w.help) {
        const help = document.createElement("small");
        help.append(w.help);
        item.append(help);
      }
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(text, i);
      });
      return item;
    }));
    l.hidden = false;
  };
  const mark = (text, i) => {
    const items = list().children;
    chosen = (i + items.length) % items.length;
    for (const [n, item] of [...items].entries()) item.setAttribute("aria-selected", n === chosen);
    items[chosen].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", items[chosen].id);
  };
  const take = (text, i) => {
    const at = text.selectionStart;
    text.setRangeText(completion.words[i].text, at - completion.before, at + completion.behind, "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-complete]")) open(event.target, false);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-complete]")) close();
  });
  document.addEventListener("keydown", (event) => {
    const text = event.target;
    if (!text.matches?.("[data-complete]")) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      open(text, true);
    } else if (completion && event.key === "ArrowDown") {
      event.preventDefault();
      mark(text, chosen + 1);
    } else if (completion && event.key === "ArrowUp") {
      event.preventDefault();
      mark(text, chosen - 1);
    } else if (completion && chosen >= 0 && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      take(text, chosen);
    } else if (completion && event.key === "Escape") {
      close();
    }
  });
})();
