// A field with a list of results from the server (data-find is their address), walked with the arrow keys; and the dialog that
// searches everything, opened with Ctrl-K. Without script the field's form leads to a page with the same results.
(() => {
  "use strict";
  const wait = 120; // milliseconds without a key

  for (const field of document.querySelectorAll("[data-find]")) {
    const into = document.getElementById(field.dataset.into);
    const status = document.getElementById(field.dataset.status);
    let asking, timer, active;

    const mark = (option) => {
      active?.setAttribute("aria-selected", "false");
      active = option;
      active?.setAttribute("aria-selected", "true");
      active?.scrollIntoView({ block: "nearest" });
      if (active) field.setAttribute("aria-activedescendant", active.id);
      else field.removeAttribute("aria-activedescendant");
    };

    const put = (html) => {
      into.innerHTML = html;
      const said = into.querySelector("[data-said]");
      status.textContent = said?.textContent ?? "";
      said?.remove();
      const list = into.querySelector("[role=listbox]");
      field.setAttribute("aria-expanded", String(!!list));
      if (list) field.setAttribute("aria-controls", list.id);
      else field.removeAttribute("aria-controls");
      active = null;
      mark(into.querySelector("[role=option]"));
    };

    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      const text = field.value.trim();
      if (!text) return put("");
      try {
        const answer = await fetch(`${field.dataset.find}?q=${encodeURIComponent(text)}`, { signal: asking.signal });
        if (answer.redirected) return field.form.submit(); // the session is over
        if (!answer.ok) throw new Error(answer.status);
        put(await answer.text());
      } catch (error) {
        if (error.name === "AbortError") return;
        put("");
        status.textContent = field.dataset.failed;
      }
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, wait);
    });
    field.addEventListener("keydown", (event) => {
      const options = [...into.querySelectorAll("[role=option]")];
      const at = options.indexOf(active);
      switch (event.key) {
        case "ArrowDown":
          mark(options[(at + 1) % options.length]);
          break;
        case "ArrowUp":
          mark(options[at > 0 ? at - 1 : options.length - 1]);
          break;
        case "Enter":
          if (!active || event.isComposing) return;
          active.click();
          break;
        default:
          return;
      }
      event.preventDefault();
    });
  }

  const dialog = document.getElementById("find");
  if (!dialog) return;
  const field = dialog.querySelector("input");
  const open = () => {
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    dialog.showModal();
    field.focus();
    field.select();
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (!dialog.open) open();
  });
  for (const link of document.querySelectorAll("[data-seek]")) {
    link.setAttribute("aria-keyshortcuts", "Control+K");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
    else if (event.target.closest("[role=option]")) dialog.close();
  });
})();
