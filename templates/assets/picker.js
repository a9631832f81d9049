// A field with data-pick offers what the server finds by what is typed, wherever it stands and whenever it came: links, or things of
// one kind. A select and a list of ticks with data-picks, which have many, get such a field: it shows and chooses what is theirs.
// Without this script they are what they are, and a form is sent with what is typed, by which the program finds what is meant.
(() => {
  "use strict";
  const overs = new WeakMap(); // what a field that was made stands over: see overSelect and overTicks

  const setUp = (input) => {
    const over = overs.get(input);
    let list = document.getElementById(input.getAttribute("aria-controls"));
    if (!list) {
      list = document.createElement("div");
      list.id = `${input.id}-matches`;
      list.className = "matches";
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", input.getAttribute("aria-label") || input.labels[0]?.textContent || "");
      input.after(list);
      input.setAttribute("aria-controls", list.id);
    }
    const status = document.getElementById(input.dataset.status); // where it is said how many were found
    const browses = input.dataset.pick.includes("take="); // offers something before anything is typed
    const stays = !!list.closest("dialog"); // open while the field is left, and its results are links
    let waiting = 0, asked = 0, at = -1, walked = false; // by keys, to the option at
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");

    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", open);
      if (!open) mark(-1);
    };
    const mark = (n) => {
      const all = options();
      at = n;
      walked = false;
      all.forEach((option, i) => option.setAttribute("aria-selected", i === n));
      if (all[n]) all[n].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[n]?.id || "");
    };
    const choose = (option) => {
      if (stays) return option.click();
      clearTimeout(waiting);
      asked++;
      show(false);
      if (over) return over.take(option.dataset.id, option.dataset.typed);
      input.value = option.dataset.typed;
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
      clearTimeout(waiting);
    };
    const say = (words) => {
      if (status) status.textContent = words;
    };
    const offer = (reached) => { // the option that keys had reached among what was offered before
      list.querySelectorAll("[role=option]").forEach((option, i) => { option.id = `${list.id}-${i}`; });
      show(list.childElementCount > 0);
      if (reached && options().length) {
        mark(Math.max(0, options().findIndex((option) => option.dataset.typed === reached.dataset.typed)));
        walked = true;
      } else {
        mark(stays || over ? 0 : -1);
      }
      if (!stays) list.scrollIntoView({ block: "nearest" });
    };
    const ask = async () => {
      const mine = ++asked;
      if (over?.isUntouched()) {
        list.replaceChildren(...over.own());
        return offer();
      }
      if (!input.value.trim() && !browses) {
        say("");
        return show(false);
      }
      let answer, html;
      try {
        const address = new URL(input.dataset.pick, location.href);
        address.searchParams.set("q", input.value);
        answer = await fetch(address);
        html = await answer.text();
      } catch {
        answer = { ok: false };
      }
      if (mine !== asked) return;
      if (!answer.ok || answer.redirected) { // the session may be over
        if (status) show(false);
        return say(input.dataset.failed);
      }
      const reached = walked && options()[at];
      list.innerHTML = html;
      const said = list.querySelector("[data-said]");
      say(said?.textContent ?? "");
      if (over) options().filter((option) => !over.has(option.dataset.id)).forEach((option) => option.remove());
      if (stays || list.querySelector("[role=option]")) {
        said?.remove();
      } else if (said) { // nothing
        said.textContent = said.dataset.said;
        said.setAttribute("role", "option");
        said.setAttribute("aria-disabled", "true");
        list.replaceChildren(said);
      }
      offer(reached);
      if (!stays && document.activeElement !== input) leave();
    };
    const leave = () => {
      const all = options();
      if (over && !list.hidden && all.length === 1 && !over.isUntouched()) return choose(all[0]);
      show(false);
    };

    input.addEventListener("input", (event) => {
      if (over) {
        event.stopPropagation();
        over.typed();
      }
      walked = false;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    });
    if (over) {
      input.addEventListener("change", (event) => event.stopPropagation());
    }
    if (over || browses) input.addEventListener("click", () => { if (list.hidden) ask(); });
    if (!stays) {
      input.addEventListener("blur", leave);
      list.addEventListener("click", (event) => {
        event.preventDefault();
        const option = event.target.closest("[data-typed]");
        if (option) choose(option);
      });
    }
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    input.addEventListener("keydown", (event) => {
      const all = options();
      if (event.key === "Escape" && !stays && (!list.hidden || over && !over.isUntouched())) {
        event.stopPropagation();
        clearTimeout(waiting);
        asked++;
        show(false);
        over?.back();
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        event.preventDefault();
        choose(all[at]);
      } else if (event.key === "Enter" && over) { // an unfinished choice is not sent
        event.preventDefault();
        ask();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.hidden) {
        event.preventDefault();
        ask();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
        event.preventDefault();
        mark((at + (event.key === "ArrowDown" ? 1 : all.length - (at < 0 ? 0 : 1))) % all.length);
        walked = true;
      }
    });
  };

  // The field over something that has many: it stands before it, in a box of their own.
  let made = 0;
  const fieldOver = (over, place) => {
    const box = document.createElement("span"), input = document.createElement("input");
    box.className = "picker";
    input.type = "text";
    input.autocomplete = "off";
    input.id = `pick-${++made}`;
    input.dataset.pick = `/search/found?in=${over.dataset.picks}`;
    over.removeAttribute("data-picks");
    place.before(box);
    box.append(input);
    return input;
  };
  const optionOf = (id, text) => {
    const option = document.createElement("span");
    option.setAttribute("role", "option");
    Object.assign(option.dataset, { id, typed: text });
    option.append(text);
    return option;
  };
  const changed = (element) => {
    for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true }));
  };

  // A select shows in its field what is chosen; while something else is typed, its form cannot be sent.
  const overSelect = (select) => {
    const input = fieldOver(select, select), focused = document.activeElement === select;
    const offered = [...select.options], none = offered.find((o) => !o.value);
    for (const name of ["id", "required", "autofocus", "data-required-with", "aria-label", "aria-invalid", "aria-describedby"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
      select.removeAttribute(name);
    }
    input.placeholder = none?.text || select.dataset.find;
    select.hidden = true;
    input.after(select);
    let shown;
    const back = () => {
      shown = select.value;
      input.value = shown ? select.selectedOptions[0].text : "";
      input.setCustomValidity("");
    };
    overs.set(input, {
      back,
      isUntouched: () => input.value === (select.value ? select.selectedOptions[0].text : ""),
      own: () => offered.map((o) => optionOf(o.value, o.text)),
      has: (id) => select.dataset.more === "true" || offered.some((o) => o.value === id),
      typed: () => {
        input.setCustomValidity(input.value.trim() ? select.dataset.choose : "");
        if (!input.value.trim() && none && select.value) {
          shown = select.value = "";
          changed(select);
        }
      },
      take: (id, text) => {
        if (![...select.options].some((o) => o.value === id)) {
          const option = new Option(text, id);
          option.dataset.found = text; // so that it can be brought back
          select.append(option);
        }
        select.value = id;
        back();
        changed(select);
      },
    });
    back();
    select.form?.addEventListener("change", () => { if (select.value !== shown) back(); });
    if (focused) input.focus();
  };

  // Of ticks only those set are shown, and those that were; what is found and chosen is shown and set.
  const overTicks = (set) => {
    const rows = [...set.querySelectorAll("label")].filter((label) => label.querySelector("input[type=checkbox]"));
    if (!rows.length) return;
    const tick = (row) => row.querySelector("input"), name = (row) => row.querySelector("span")?.firstChild.textContent.trim() || row.textContent.trim();
    const input = fieldOver(set, rows[0]);
    input.placeholder = set.dataset.find;
    input.setAttribute("aria-label", `${set.querySelector("legend").textContent}: ${set.dataset.find}`);
    const look = () => { for (const row of rows) row.hidden &&= !tick(row).checked; };
    const open = () => rows.filter((row) => !tick(row).checked);
    const back = () => {
      input.value = "";
      input.setCustomValidity("");
    };
    for (const row of rows) row.hidden = true;
    look();
    set.form?.addEventListener("change", look);
    overs.set(input, {
      back,
      isUntouched: () => !input.value.trim(),
      own: () => open().map((row) => optionOf(tick(row).value, name(row))),
      has: (id) => open().some((row) => tick(row).value === id),
      typed: () => input.setCustomValidity(input.value.trim() ? set.dataset.choose : ""),
      take: (id) => {
        const row = rows.find((r) => tick(r).value === id);
        tick(row).checked = true;
        back();
        changed(tick(row));
      },
    });
  };

  const overAll = () => {
    for (const e of document.querySelectorAll("[data-picks]")) e.matches("select") ? overSelect(e) : overTicks(e);
  };
  overAll();
  new MutationObserver(overAll).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset?.pick && target.getAttribute("role") !== "combobox") setUp(target);
  });
  if (document.activeElement?.dataset?.pick) setUp(document.activeElement);
})();
