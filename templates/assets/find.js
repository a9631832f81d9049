// Ctrl-K, and the link in the menu, open the search over everything. Without this script the link leads to its page.
(() => {
  "use strict";
  const dialog = document.getElementById("find");
  if (!dialog) return;
  let before; // what had the focus
  const open = () => {
    before = document.activeElement;
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    dialog.showModal();
    const field = dialog.querySelector("input");
    field.focus();
    field.select();
  };
  dialog.addEventListener("close", () => before?.focus());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog.open) {
      event.preventDefault(); // a field for searching would only be emptied
      dialog.close();
      return;
    }
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
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close], a")) dialog.close();
  });
})();
