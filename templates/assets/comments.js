// A new comment is about the words that were marked last: the field and the words are filled in from the text, or from the form of it.
{
  let marked = null;
  document.addEventListener("selectionchange", () => {
    const at = document.activeElement;
    const typed = at?.matches?.("form.writing input[type=text], form.writing input:not([type]), form.writing textarea") && at.selectionStart < at.selectionEnd;
    const selection = getSelection();
    const text = typed ? at.value.slice(at.selectionStart, at.selectionEnd) : selection.toString();
    const from = typed ? at : selection.anchorNode?.parentElement;
    const field = from?.closest("[data-quotes]")?.dataset.quotes ?? from?.closest("form.writing .field")?.querySelector("[name]")?.name;
    if (field && text.trim()) marked = { field: field.startsWith("quote_") ? "quotes" : field, text: text.replace(/\s+/g, " ").trim() };
  });
  document.addEventListener("toggle", ({ target }) => {
    if (target.id !== "new-comment" || !target.open || !marked) return;
    const field = target.querySelector("[name=field]");
    const quote = target.querySelector("[name=quote]");
    if (quote.value || ![...field.options].some((o) => o.value === marked.field)) return;
    field.value = marked.field;
    quote.value = marked.text;
  }, true);
  // What is refused is shown where it was written.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "comments" && [409, 422].includes(detail.xhr.status)) detail.shouldSwap = true;
  });
  // Beside the editor there is no htmx: a comment is sent from here, so that what is being written stays. What is answered otherwise,
  // or not at all, is sent as every other form.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (window.htmx || event.defaultPrevented || form.dataset.whole || !form.closest("#comments")) return;
    event.preventDefault();
    const { submitter } = event;
    let told = null;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, submitter)) });
      told = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#comments");
    } catch { /* sent once more below, where it is told that the server is not there */ }
    if (told) return document.querySelector("#comments").replaceWith(told);
    form.dataset.whole = "true";
    form.requestSubmit(submitter);
  });
}
