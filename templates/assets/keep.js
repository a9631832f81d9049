// What is typed into a form with data-guard is not lost. Leaving the page asks first; a form that cannot be sent stays; and what is
// typed is kept in the browser until it is saved, sealed with a key only pages of the same user hold, for a week. Passwords and files
// are never kept.
(() => {
  "use strict";
  const { user, draftKey, taken, refused } = document.body.dataset;
  const prefix = "typed ";
  const life = 7 * 24 * 3600 * 1000;
  const own = (name) => name.startsWith(`${prefix}${user} `);
  const addressOf = (form) => { const u = new URL(form.getAttribute("action") || "", location.href); return u.pathname + u.search; };
  const nameOf = (form) => `${prefix}${user} ${addressOf(form)}`;
  const guarded = [...document.querySelectorAll("form[data-guard]")];

  const forget = (which) => {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix) && which(name)) localStorage.removeItem(name);
  };
  const isOld = (name) => { try { return Date.now() - JSON.parse(localStorage.getItem(name)).at > life; } catch { return true; } };
  if (user) forget((name) => !own(name) || isOld(name) || name === `${prefix}${user} ${taken}`);

  // Sealing. Where the browser has no ciphers, over plain HTTP, nothing is kept.
  const cipher = draftKey && crypto.subtle && crypto.subtle.digest("SHA-256", new TextEncoder().encode(draftKey))
    .then((raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]));
  const asText = (bytes) => bytes.toBase64?.() ?? btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
  const asBytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  // Fields by name, in their order: a text, a tick with its value, or a choice that a picker found with its name.
  const passed = ["password", "file", "submit", "button", "reset", "image"];
  const fields = (form) => [...form.elements].filter((e) => e.name && e.matches("input, select, textarea") && !passed.includes(e.type) &&
    !["signed_in_as", "once", "tab"].includes(e.name));
  const isTick = (e) => e.type === "checkbox" || e.type === "radio";
  const typedIn = (form) => {
    const typed = {};
    for (const e of fields(form)) {
      const found = e.selectedOptions?.[0]?.dataset.found;
      (typed[e.name] ||= []).push(isTick(e) ? [e.value, e.checked] : found ? [e.value, found] : e.value);
    }
    return typed;
  };
  const same = (a, b) => {
    const text = (typed) => JSON.stringify({ ...typed, version: 0, base: 0 });
    return text(a) === text(b);
  };
  const fill = (form, typed) => {
    const at = {};
    for (const e of fields(form)) {
      const values = typed[e.name] || [], i = at[e.name] || 0;
      at[e.name] = i + 1;
      if (isTick(e)) e.checked = values.find(([v]) => v === e.value)?.[1] ?? e.checked;
      else if (i < values.length && (e.type !== "hidden" || values.length === form.querySelectorAll(`[name="${CSS.escape(e.name)}"]`).length)) {
        const [value, found] = [values[i]].flat();
        if (found && ![...e.options].some((o) => o.value === value)) {
          const option = new Option(found, value);
          option.dataset.found = found;
          e.append(option);
        }
        e.value = value;
      }
    }
    for (const kind of ["input", "change"]) form.querySelector("input:not([type=hidden]), textarea, select")?.dispatchEvent(new Event(kind, { bubbles: true }));
  };

  // A form whose fields depend on what is typed takes the event and comes back in the shape it had.
  const bring = (form, typed) => {
    if (form.dispatchEvent(new CustomEvent("bring-back", { bubbles: true, cancelable: true, detail: typed }))) fill(form, typed);
  };

  let leaving = false; // signed out: nothing is kept any more
  const keep = async (form) => {
    if (!cipher) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await cipher, new TextEncoder().encode(JSON.stringify(typedIn(form))));
    if (leaving) return;
    try {
      localStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), iv: asText(iv), data: asText(new Uint8Array(data)) }));
    } catch { /* the browser has no room */ }
  };
  // A moment in the user's zone, its day as pages of the panel write it.
  const momentOf = (at, { zone, days }) => {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short",
    });
    const of = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const day = `${of.year}-${of.month}-${of.day}`;
    return `${days.split("|").find((d) => d.startsWith(day))?.slice(day.length + 1) ?? day}, ${of.hour}:${of.minute} ${of.timeZoneName}`;
  };
  const offer = async (form) => {
    const kept = JSON.parse(localStorage.getItem(nameOf(form)) || "null");
    if (!kept || !cipher) return;
    let typed;
    try {
      typed = JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: asBytes(kept.iv) }, await cipher, asBytes(kept.data))));
    } catch {
      return localStorage.removeItem(nameOf(form));
    }
    if (same(typed, typedIn(form))) return;
    const box = document.getElementById("typed-before").content.firstElementChild.cloneNode(true);
    const words = box.querySelector("[data-words]");
    words.textContent = words.dataset.words.replace("{0}", momentOf(kept.at, words.dataset));
    box.querySelector("[data-take]").addEventListener("click", () => { box.remove(); bring(form, typed); });
    box.querySelector("[data-drop]").addEventListener("click", () => { box.remove(); localStorage.removeItem(nameOf(form)); });
    form.before(box);
  };

  let changed = false;
  const waiting = new Map(); // by address: a form may be replaced by a newer one
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-guard]");
    if (!form || passed.includes(target.type) && target.type !== "file") return;
    changed = true;
    const { timer, since = Date.now() } = waiting.get(addressOf(form)) || {};
    clearTimeout(timer);
    const late = Math.max(0, Math.min(400, since + 1500 - Date.now()));
    waiting.set(addressOf(form), { since, timer: setTimeout(() => { waiting.delete(addressOf(form)); keep(form); }, late) });
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  // The session ended, or work on the server did: the page is not asked for anew while something typed stands in it.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (changed && event.detail.xhr.getResponseHeader("HX-Refresh")) event.preventDefault();
  });
  if (user) for (const form of guarded) refused === undefined ? offer(form) : keep(form);

  // A form is sent when the server answers; until then it stays, and says so.
  const isAway = async () => {
    try {
      const { status } = await fetch("/healthz", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) });
      return status >= 502 && status <= 504;
    } catch {
      return true;
    }
  };
  const tell = (form, button) => {
    const box = document.getElementById("line-lost").content.firstElementChild.cloneNode(true);
    const again = box.querySelector("[data-again]");
    again.addEventListener("click", () => { box.remove(); form.requestSubmit(button); });
    const actions = [...form.querySelectorAll(".actions")].pop();
    if (actions) actions.before(box); else form.append(box);
    again.focus();
  };
  const asking = new Set();
  let sure = null;
  addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (form.getAttribute("action") === "/sign-out") {
      leaving = true;
      return forget(() => true);
    }
    if (!user || !form.matches("form[data-guard]") || button?.formTarget || button?.getAttribute("formmethod") === "get" || form.matches("[data-segment]") && button?.value !== "save") return;
    if (sure === form) {
      sure = null;
      changed = false;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asking.has(form)) return;
    asking.add(form);
    clearTimeout(waiting.get(addressOf(form))?.timer);
    const [away] = await Promise.all([isAway(), keep(form)]);
    asking.delete(form);
    if (away) return tell(form, button);
    sure = form;
    form.requestSubmit(button);
  }, true);
})();
