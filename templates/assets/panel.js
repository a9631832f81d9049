// What makes the panel quicker for those whose browser runs scripts: keys, the theme switch, questions before what cannot
// be undone. Every page works without it.
(() => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");

  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
      const next = now === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      localStorage.setItem("theme", next);
    });
  }

  // A form or button with data-confirm asks first.
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });

  // data-submit: a form that is sent when a field of it was changed; the style sheet hides its button.
  for (const form of document.querySelectorAll("form[data-submit]")) form.addEventListener("change", () => form.requestSubmit());

  // data-copy: a button that copies the text of another element.
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
      button.textContent = document.body.dataset.copied;
    });
  }

  // data-required-with: a field that is compulsory only with another of its form, by its name, or by its name and value.
  const oblige = (form) => {
    if (!form) return;
    const data = new FormData(form);
    for (const field of form.querySelectorAll("[data-required-with]")) {
      field.required = field.dataset.requiredWith.split(" ").some((term) => {
        const [name, value] = term.split("=");
        return data.getAll(name).some((v) => value === undefined ? v : v === value);
      });
    }
  };
  for (const form of document.forms) oblige(form);
  document.addEventListener("change", (event) => oblige(event.target.form));

  // The summary above a refused form leads to its fields; the first of them has the focus.
  const show = (link) => {
    const at = document.getElementById(link.hash.slice(1));
    for (let d = at?.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    const shown = "input:not([type=hidden]), select, textarea";
    const near = at?.matches(shown) ? at : at?.closest(".field, fieldset, section, td, form");
    const field = near === at ? at : near?.querySelector("[aria-invalid=true]") || near?.querySelector(shown);
    field?.focus();
    return field;
  };
  const faults = document.querySelectorAll("main .alert li a[href^='#']");
  for (const link of faults) {
    link.addEventListener("click", (event) => {
      if (show(link)) event.preventDefault();
    });
  }
  if (faults.length) show(faults[0]);

  const help = document.getElementById("keys");
  let going = 0; // when "g" was pressed

  const typing = (el) => el.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      const form = event.target.closest?.("form[method=post]") || document.querySelector("main form[data-guard]");
      if (form) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("button[name=do][value=save]"));
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help?.open) return;
    if (going && event.timeStamp - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) location.href = link.href;
      return;
    }
    switch (event.key) {
      case "g":
        going = event.timeStamp;
        break;
      case "/": {
        const search = document.querySelector("input[type=search]");
        if (search) {
          event.preventDefault();
          search.focus();
          search.select();
        }
        break;
      }
      case "n":
        document.querySelector("[data-new]")?.click();
        break;
      case "?":
        help?.showModal();
        break;
    }
  });
})();
