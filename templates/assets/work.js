// The preview of a release follows what is typed. Without this script its button does the same.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-preview]")) {
    const button = form.querySelector("[data-refresh]");
    const files = form.querySelectorAll("input[type=file]");
    let waiting = 0;
    const refresh = () => {
      for (const f of files) f.disabled = true; // a look must not upload
      form.requestSubmit(button);
      for (const f of files) f.disabled = false;
    };
    form.addEventListener("input", (event) => {
      if (event.target.type === "file" || event.target.name === "width" || event.target.dataset.pick) return;
      clearTimeout(waiting);
      waiting = setTimeout(refresh, 700);
    });
    form.addEventListener("change", (event) => {
      if (event.target.dataset.pick) refresh();
    });
  }

  // What is refreshed keeps open what was opened, and the focus where it was.
  let open = [], focused = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    open = [...event.target.querySelectorAll("details[open][id]")].map((d) => d.id);
    focused = event.target.contains(document.activeElement) ? document.activeElement.id : "";
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    open = [];
    focused = "";
  });
})();
