// Adds files to the library one by one, with what became of each; files can be dropped on the form and pictures pasted. Without this
// script the form sends all of them together.
(() => {
  "use strict";
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector(".uploads");
  const words = form.dataset;
  const waiting = [];
  let busy = 0;

  const line = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    const state = document.createElement("span");
    name.textContent = file.name;
    state.textContent = words.waits;
    item.append(name, " ", state);
    list.append(item);
    list.hidden = false;
    return { item, state };
  };

  const send = async ({ file, item, state }) => {
    state.textContent = words.works;
    item.className = "busy";
    const body = new FormData();
    for (const name of ["credit", "people"]) body.append(name, form.elements[name].value);
    body.append("file", file, file.name);
    let told = words.lost;
    try {
      const answer = await fetch(words.upload, { method: "POST", body, headers: { Accept: "application/json" } });
      if ((answer.headers.get("Content-Type") || "").includes("json")) {
        const made = await answer.json();
        if (answer.ok) {
          const link = document.createElement("a");
          link.href = "/library/" + made.id;
          link.textContent = made.title;
          item.firstChild.replaceWith(link);
          state.textContent = made.known ? words.known : words.done;
          item.className = "good";
          return;
        }
        told = made.error.message;
      }
    } catch {
      // told below
    }
    state.textContent = told;
    item.className = "bad";
  };

  const work = async () => {
    while (waiting.length) await send(waiting.shift());
    busy--;
    if (!busy) ended();
  };

  const ended = () => {
    form.removeAttribute("aria-busy");
    window.htmx?.ajax("GET", location.href, { target: "#table", select: "#table", swap: "outerHTML" });
  };

  const add = (files) => {
    if (!files.length) return;
    form.closest("details").open = true;
    for (const file of files) waiting.push({ file, ...line(file) });
    form.setAttribute("aria-busy", "true");
    while (busy < 2 && waiting.length) {
      busy++;
      work();
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add([...input.files]);
    input.value = "";
  });
  for (const kind of ["dragover", "drop"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (kind === "drop") add([...event.dataTransfer.files]);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
})();
