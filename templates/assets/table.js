// Ticking rows of a table: all of the page at once, a stretch with Shift, the one under the keyboard with x. How many are
// ticked is said beside the actions. Without this script each box is ticked by itself, and "all" is a choice below.
(() => {
  "use strict";
  let last = null; // the box ticked last

  const boxes = (form) => [...form.querySelectorAll('input[name="id"]')];

  const say = (form) => {
    const all = boxes(form);
    const ticked = all.filter((b) => b.checked).length;
    const head = form.querySelector("[data-tick-all]");
    if (head) {
      head.hidden = false;
      head.checked = ticked > 0 && ticked === all.length;
      head.indeterminate = ticked > 0 && ticked < all.length;
    }
    const option = form.querySelector("[data-ticked]");
    if (option) option.textContent = ticked ? document.body.dataset.ticked.replace("{0}", ticked) : option.dataset.ticked;
  };

  const sayAll = () => document.querySelectorAll("form[data-rows]").forEach(say);
  sayAll();
  document.addEventListener("htmx:afterSettle", sayAll);
  addEventListener("pageshow", sayAll); // a browser that goes back ticks what was ticked

  document.addEventListener("click", (event) => {
    const box = event.target;
    const form = box.closest?.("form[data-rows]");
    if (!form || box.type !== "checkbox") return;
    const all = boxes(form);
    if (box.matches("[data-tick-all]")) {
      for (const b of all) b.checked = box.checked;
    } else {
      const from = all.indexOf(last);
      const to = all.indexOf(box);
      if (event.shiftKey && from >= 0) {
        for (const b of all.slice(Math.min(from, to), Math.max(from, to) + 1)) b.checked = box.checked;
      }
      last = box;
    }
    say(form);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, select, input:not([type=checkbox])")) return;
    event.target.closest("form[data-rows] tr")?.querySelector('input[name="id"]')?.click();
  });
})();
