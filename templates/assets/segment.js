// A segment while it is made: lines take the shape of their field, the count follows what is typed, and a rule typed as text
// is completed. Without this script the buttons do the same: every press sends the form, which comes back as it was.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-segment]");
  if (!form()) return;

  const send = async (path, submitter) => {
    const body = new URLSearchParams(new FormData(form(), submitter));
    const answer = await fetch(path, { method: "POST", body, redirect: "follow" });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };

  // The form comes back from the server and takes the place of what is there; who was in a field stays in it.
  const reshape = async (submitter) => {
    const at = document.activeElement?.id;
    const page = await send(form().action, submitter);
    const fresh = page.querySelector("form[data-segment]");
    if (!fresh) return form().submit(); // signed out meanwhile: the page that answers keeps what was written
    form().replaceWith(document.adoptNode(fresh));
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
    if (event.target.matches("[data-reshape]")) reshape(form().querySelector('button[value="count"]'));
    else count();
  });
  document.addEventListener("input", (event) => {
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
