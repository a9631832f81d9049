// A field with data-pick offers what the server finds by what is typed, wherever it stands and whenever it came: records, of which
// it takes one, or links. Without this script the form is sent with what is typed, and the program finds what is meant.
(() => {
  "use strict";
  const setUp = (input) => {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    const status = document.getElementById(input.dataset.status); // where it is said how many were found
    const stays = !!list.closest("dialog"); // open while the field is left, and the first result is marked
    let waiting = 0, asked = 0, at = -1;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");

    const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];
    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", open);
      if (!open) mark(-1);
    };
    const mark = (n) => {
      const all = options();
      at = n;
      all.forEach((option, i) => option.setAttribute("aria-selected", i === n));
      if (all[n]) all[n].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[n]?.id || "");
    };
    const choose = (option) => {
      if (option.href) return option.click();
      input.value = option.dataset.value;
      show(false);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const say = (words) => {
      if (status) status.textContent = words;
    };
    const ask = async () => {
      const mine = ++asked;
      if (!input.value.trim()) {
        say("");
        return show(false);
      }
      let answer, html;
      try {
        answer = await fetch(`${input.dataset.pick}?q=${encodeURIComponent(input.value)}`);
        html = await answer.text();
      } catch {
        answer = { ok: false };
      }
      if (mine !== asked) return;
      if (!answer.ok || answer.redirected) { // the session may be over
        if (status) show(false);
        return say(input.dataset.failed);
      }
      list.innerHTML = html;
      const said = list.querySelector("[data-said]");
      say(said?.textContent ?? "");
      said?.remove();
      list.querySelectorAll("[role=option]").forEach((option, i) => { option.id = `${list.id}-${i}`; });
      show(list.children.length > 0);
      mark(stays ? 0 : -1);
    };

    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 150);
    });
    if (!stays) input.addEventListener("blur", () => show(false));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[data-value]");
      if (option) choose(option);
    });
    input.addEventListener("keydown", (event) => {
      const all = options();
      if (event.key === "Escape" && !list.hidden && !stays) {
        event.stopPropagation();
        show(false);
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        event.preventDefault();
        choose(all[at]);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.hidden) {
        event.preventDefault();
        ask();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
        event.preventDefault();
        mark((at + (event.key === "ArrowDown" ? 1 : all.length - (at < 0 ? 0 : 1))) % all.length);
      }
    });
  };
  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset?.pick && target.getAttribute("role") !== "combobox") setUp(target);
  });
  if (document.activeElement?.dataset?.pick) setUp(document.activeElement);
})();
