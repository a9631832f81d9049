// A field with data-pick offers the records that fit what is typed, wherever it stands and whenever it came. Without this script the
// form is sent with what is typed, and the program finds what is meant.
(() => {
  "use strict";
  const setUp = (input) => {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    let waiting = 0, asked = 0, at = -1;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");

    const show = (open) => {
      list.hidden = !open;
      input.setAttribute("aria-expanded", open);
      if (!open) mark(-1);
    };
    const mark = (n) => {
      at = n;
      [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === n));
      if (list.children[n]) list.children[n].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[n]?.id || "");
    };
    const choose = (option) => {
      input.value = option.dataset.value;
      show(false);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const ask = async () => {
      const mine = ++asked;
      if (!input.value.trim()) return show(false);
      const answer = await fetch(`${input.dataset.pick}?q=${encodeURIComponent(input.value)}`);
      if (mine !== asked || !answer.ok || answer.redirected) return;
      list.innerHTML = await answer.text();
      [...list.children].forEach((option, i) => { option.id = `${list.id}-${i}`; });
      mark(-1);
      show(list.children.length > 0);
    };

    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 200);
    });
    input.addEventListener("blur", () => show(false));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[data-value]");
      if (option) choose(option);
    });
    input.addEventListener("keydown", (event) => {
      const options = list.querySelectorAll("[data-value]");
      if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        show(false);
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        event.preventDefault();
        choose(options[at]);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.hidden) {
        event.preventDefault();
        ask();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
        event.preventDefault();
        mark((at + (event.key === "ArrowDown" ? 1 : options.length - (at < 0 ? 0 : 1))) % options.length);
      }
    });
  };
  document.addEventListener("focusin", ({ target }) => {
    if (target.dataset?.pick && target.getAttribute("role") !== "combobox") setUp(target);
  });
  if (document.activeElement?.dataset?.pick) setUp(document.activeElement);
})();
