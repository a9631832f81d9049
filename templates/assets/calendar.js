// The calendar: days by arrow keys, a time moved in a dialog, or dragged to another day, which opens the same dialog.
{
  const grid = () => document.querySelector("[data-grid]");
  const days = () => [...document.querySelectorAll("[data-grid] a.day")];

  const lay = () => {
    const table = grid();
    if (!table || table.role === "grid") return;
    table.role = "grid";
    for (const row of table.rows) row.setAttribute("role", "row");
    for (const cell of table.querySelectorAll("td")) cell.setAttribute("role", "gridcell");
    const all = days();
    const first = table.querySelector("td.today a.day") ?? all[0];
    for (const day of all) day.tabIndex = day === first ? 0 : -1;
    for (const entry of table.querySelectorAll("[data-move]")) entry.draggable = true;
  };
  lay();
  document.addEventListener("htmx:afterSwap", lay);

  document.addEventListener("keydown", (event) => {
    const day = event.target.closest?.("a.day");
    if (!day || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = days();
    const at = all.indexOf(day);
    const week = at - (at % 7);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - 7, ArrowDown: at + 7, Home: week, End: week + 6 }[event.key];
    const page = { PageUp: "prev", PageDown: "next" }[event.key];
    if (page) document.querySelector(`a[rel=${page}]`)?.click();
    else if (to === undefined) return;
    else if (all[to]) {
      for (const other of all) other.tabIndex = other === all[to] ? 0 : -1;
      all[to].focus();
    } else document.querySelector(to < 0 ? "a[rel=prev]" : "a[rel=next]")?.click();
    event.preventDefault();
  });

  const ask = async (address) => {
    const answer = await fetch(address).catch(() => null);
    const found = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("move");
    if (!found) {
      location.assign(address); // the page says what is wrong
      return;
    }
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-labelledby", "move-title");
    found.className = "";
    found.querySelector("h1").outerHTML = found.querySelector("h1").outerHTML.replace(/^<h1/, "<h2").replace(/h1>$/, "h2>");
    dialog.append(found);
    document.body.append(dialog);
    window.htmx?.process(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.querySelector("[data-close]").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    dialog.showModal();
    dialog.querySelector("input[type=datetime-local]").focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-dialog]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask(link.href);
  });

  let held = null;
  const cellOf = (event) => held && event.target.closest?.("[data-grid] td[data-day]");
  document.addEventListener("dragstart", (event) => {
    held = event.target.closest?.("li[data-move]") ?? null;
    if (held) event.dataTransfer.setData("text/plain", held.textContent.trim());
  });
  document.addEventListener("dragend", () => {
    held = null;
    grid()?.querySelector("td.over")?.classList.remove("over");
  });
  document.addEventListener("dragover", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    grid().querySelector("td.over")?.classList.remove("over");
    cell.classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    if (cell !== held.closest("td")) ask(`${held.dataset.move}&to=${cell.dataset.day}`);
  });
}
