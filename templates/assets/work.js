// The preview of a release follows what is typed. Without this script its button does the same.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-preview]")) {
    const button = form.querySelector("[data-refresh]");
    const files = form.querySelectorAll("input[type=file]");
    let waiting = 0, sent = false;
    const refresh = () => {
      if (sent) return; // a browser gives up saving a form that is submitted once more
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
    addEventListener("submit", (event) => {
      if (event.target === form && !event.defaultPrevented && !event.submitter?.formTarget) sent = true;
    });
    addEventListener("pageshow", () => { sent = false; }); // come back to
  }

  // The event and the stories open with the layout that shows them, and fold with another unless something stands there.
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (event.target.name !== "layout" && event.target.name !== "kind" || !form?.querySelector("details[data-layout]")) return;
    const byKind = { invitation: "invitation", media_advisory: "invitation", newsletter: "newsletter" };
    const base = form.elements.layout.value === "" ? byKind[form.elements.kind.value] : form.querySelector("[name=layout]:checked")?.dataset.base;
    for (const part of form.querySelectorAll("details[data-layout]")) {
      part.open = part.dataset.layout === base || [...part.querySelectorAll("[name]:not([type=hidden],[name=event_zone],[name=take_from],button)")].some((f) => f.value.trim() !== "");
    }
  });

  // What is typed into the form of a release is kept on the server, three seconds late at most; and the server tells who else is there.
  for (const form of document.querySelectorAll("form[data-keep-at]")) {
    const box = document.getElementById("writing-standing");
    let waiting = 0, since = 0, sending = null, ended = false, unkept = false;
    const tell = async (typed) => {
      unkept ||= typed;
      clearTimeout(waiting);
      waiting = since = 0;
      const data = new FormData(form);
      for (const f of form.querySelectorAll("input[type=file]")) data.delete(f.name);
      if (unkept) data.set("typed", "1");
      sending?.abort();
      const mine = sending = new AbortController();
      try {
        const answer = await fetch(form.dataset.keepAt, { method: "POST", body: data, redirect: "error", signal: mine.signal });
        if (ended) return;
        const html = await answer.text();
        if (answer.ok) unkept = false;
        if (answer.ok && html !== box.innerHTML) box.innerHTML = html;
        else if (!answer.ok) box.textContent = answer.status === 401 ? box.dataset.out : box.dataset.away;
      } catch {
        if (!mine.signal.aborted) box.textContent = box.dataset.away;
      }
      if (sending === mine) sending = null;
    };
    form.addEventListener("input", (event) => {
      if (event.target.type === "file" || event.target.name?.startsWith("preview_") || event.target.name === "width") return;
      since ||= Date.now();
      clearTimeout(waiting);
      waiting = setTimeout(tell, Math.max(0, Math.min(1200, since + 1800 - Date.now())), true);
    });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || event.submitter?.formTarget) return;
      ended = true;
      clearTimeout(waiting);
      sending?.abort();
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden && waiting) tell(true); });
    const beat = () => { if (!document.hidden && !waiting && !sending && !ended) tell(false); };
    setInterval(beat, 15000);
    addEventListener("online", beat);
    beat();
  }

  // The source keeps in step with the translation: its paragraph that belongs to the one that is written is lit and in sight.
  const paragraphAt = (beside) => {
    const text = beside.querySelector("textarea");
    if (document.activeElement === text) {
      const before = text.value.slice(0, text.selectionStart);
      return [before.split(/\n\s*\n/).length - 1, text.value.trim().split(/\n\s*\n/).length];
    }
    const surface = document.activeElement?.closest("[contenteditable=true]");
    let node = document.getSelection()?.anchorNode;
    while (node && node.parentNode !== surface) node = node.parentNode;
    return node ? [[...surface.children].indexOf(node), surface.children.length] : [-1, 0];
  };
  document.addEventListener("selectionchange", () => {
    const beside = document.activeElement?.closest(".beside");
    const source = beside?.querySelector("[data-source-of]");
    if (!source) return;
    const blocks = source.querySelectorAll(".block:not(.gone)");
    const [at, count] = paragraphAt(beside);
    const block = blocks[count > blocks.length ? Math.floor(at * blocks.length / count) : at];
    if (!block || block.classList.contains("here")) return;
    for (const b of blocks) b.classList.toggle("here", b === block);
    source.scrollTop += block.getBoundingClientRect().top - source.getBoundingClientRect().top - 40;
  });

  // Where htmx is not loaded, what is going out is looked up by hand.
  const sending = () => document.getElementById("sending");
  if (!document.querySelector("script[src*=htmx]") && sending()) {
    setInterval(async () => {
      try {
        const answer = await fetch("/sending");
        if (answer.ok && !answer.redirected) sending().outerHTML = await answer.text();
      } catch { /* the next look may reach the server */ }
    }, 5000);
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

  // A frame in which the focus is says so: no style can tell.
  const mark = () => {
    for (const frame of document.querySelectorAll("iframe")) frame.classList.toggle("focused", frame === document.activeElement);
  };
  addEventListener("blur", () => setTimeout(mark));
  addEventListener("focus", mark);
})();
