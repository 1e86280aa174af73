// The shell: keys, theme and navigation switches, toasts, confirmation, busy state, copying, htmx errors.
(() => {
  const byId = (id) => document.getElementById(id);
  const word = (name) => byId("words").dataset[name];
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;

  // --- toasts ---

  const LASTING = 6000;

  function dismissLater(note) {
    if (note.getAttribute("role") === "alert") return;
    let timer = setTimeout(() => note.remove(), LASTING);
    note.addEventListener("pointerenter", () => clearTimeout(timer));
    note.addEventListener("focusin", () => clearTimeout(timer));
    note.addEventListener("pointerleave", () => { timer = setTimeout(() => note.remove(), LASTING / 2); });
  }

  function button(className, text, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    if (className === "btn-close") made.setAttribute("aria-label", text);
    else made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  async function undo(url, note) {
    note.remove();
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
    if (answer.ok) location.reload();
    else toast({ message: messageFor(answer.status), level: "danger" });
  }

  function toast({ message, level = "info", undo_url: undoUrl }) {
    const note = document.createElement("div");
    note.className = `toast-note is-${level}`;
    note.setAttribute("role", level === "danger" || level === "error" ? "alert" : "status");
    const text = document.createElement("span");
    text.textContent = message;
    note.append(text);
    if (undoUrl) note.append(button("toast-undo", word("undo"), () => undo(undoUrl, note)));
    note.append(button("btn-close", word("close"), () => note.remove()));
    byId("toasts").append(note);
    dismissLater(note);
  }

  document.addEventListener("toast", (event) => toast(event.detail));
  document.querySelectorAll("[data-toast]").forEach(dismissLater);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast-note").remove());

  // --- confirmation: asked once, then the same press goes through ---

  const agreed = new WeakSet();

  function ask(asker) {
    const dialog = byId("confirm");
    const [title, text, yes] = [byId("confirm-title"), byId("confirm-text"), dialog.querySelector("[value=yes]")];
    title.textContent = asker.dataset.confirmTitle || title.dataset.default;
    text.textContent = asker.dataset.confirm;
    yes.textContent = asker.dataset.confirmAction || yes.dataset.default;
    yes.className = `btn ${asker.dataset.confirmTone === "primary" ? "btn-primary" : "btn-danger"}`;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }));
  }

  async function askThen(asker, event, goOn) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(asker))) return;
    agreed.add(asker);
    goOn();
    agreed.delete(asker);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asker = event.submitter?.dataset.confirm ? event.submitter : form;
    if (!asker.dataset.confirm || agreed.has(asker)) return;
    const submitter = event.submitter;
    askThen(asker, event, () => form.requestSubmit(submitter));
  }, true);

  document.addEventListener("click", (event) => {
    const asker = event.target.closest("[data-confirm]");
    if (!asker || asker.matches("form") || agreed.has(asker)) return;
    if (asker.form && asker.type === "submit") return;
    askThen(asker, event, () => asker.click());
  }, true);

  // --- busy state: above 300 ms, on the thing that was pressed ---

  const waiting = new Map();

  function begin(thing) {
    if (!thing || waiting.has(thing)) return;
    waiting.set(thing, setTimeout(() => { thing.classList.add("is-busy"); thing.setAttribute("aria-busy", "true"); }, 300));
  }

  function end(thing) {
    clearTimeout(waiting.get(thing));
    waiting.delete(thing);
    thing?.classList.remove("is-busy");
    thing?.removeAttribute("aria-busy");
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target === "_blank") return;
    if (form.dataset.sending && form.method === "post") { event.preventDefault(); return; }
    form.dataset.sending = "yes";
    begin(event.submitter);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-sending]").forEach((form) => delete form.dataset.sending);
    [...waiting.keys()].forEach(end);
  });

  const pressed = (event) => event.detail.requestConfig?.triggeringEvent?.submitter
    || (event.detail.elt.matches("button, a.btn") ? event.detail.elt : null);
  document.addEventListener("htmx:beforeRequest", (event) => begin(pressed(event)));
  document.addEventListener("htmx:afterRequest", (event) => {
    end(pressed(event));
    delete event.detail.elt.dataset.sending;
  });

  // --- htmx: the CSRF token, the query of the page, what went wrong ---

  const csrfToken = () => document.querySelector("meta[name=csrf-token]")?.content || "";

  function messageFor(status) {
    const names = { 0: "offline", 403: "forbidden", 404: "missing", 429: "busy" };
    return word(names[status] || "broken");
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, headers, parameters } = event.detail;
    headers["X-CSRFToken"] = csrfToken();
    if (!elt.matches(".search-box")) return;
    [...parameters.keys()].filter((name) => name !== "search").forEach((name) => parameters.delete(name));
    for (const [name, value] of new URLSearchParams(location.search))
      if (name !== "search" && name !== "cursor") parameters.append(name, value);
    if (!parameters.get("search")) parameters.delete("search");
  });

  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    if ((xhr.getResponseHeader("HX-Trigger") || "").includes('"toast"')) return;
    toast({ message: messageFor(xhr.status), level: "danger" });
  });
  document.addEventListener("htmx:sendError", () => toast({ message: messageFor(0), level: "danger" }));

  // --- small things bound by data-* ---

  async function copy(source) {
    await navigator.clipboard.writeText(source.dataset.copy);
    toast({ message: word("copied"), level: "success" });
  }

  function showChosenTheme() {
    const chosen = document.documentElement.dataset.themeChoice;
    document.querySelectorAll("[data-theme-choice]:is(button)")
      .forEach((choice) => choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === chosen)));
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    const copied = target.closest("[data-copy]");
    if (copied) copy(copied);
    const theme = target.closest("button[data-theme-choice]");
    if (theme) { window.tefterTheme.choose(theme.dataset.themeChoice); showChosenTheme(); }
    if (target.closest("[data-nav-toggle]")) window.tefterTheme.narrow(document.documentElement.dataset.nav !== "rail");
  });
  document.addEventListener("change", (event) => event.target.closest("[data-autosubmit]")?.requestSubmit());

  document.addEventListener("keydown", (event) => {
    const wantsSearch = event.key === "/" && !isTyping(event.target);
    const search = byId("global-search");
    if (wantsSearch && search) { event.preventDefault(); search.focus(); search.select(); return; }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (plain && event.key === "n") document.querySelector("[data-key-new]")?.click();
  });

  function settle(part) {
    part.querySelectorAll("[data-width]").forEach((bar) => { bar.style.width = `${bar.dataset.width}%`; });
    part.parentNode?.querySelectorAll("[data-accent]").forEach((paper) => {
      paper.style.setProperty("--paper-accent", paper.dataset.accent);
      paper.style.setProperty("--paper-accent-text", paper.dataset.accentText);
    });
    const isAsked = part.querySelector("[data-focus]") ?? part.querySelector("[data-autofocus]");
    if (isAsked) isAsked.focus();
    else if (!isTyping(document.activeElement))
      (part.querySelector("[aria-invalid=true]") ?? part.querySelector(":scope .auth-card .form-control"))?.focus();
  }

  document.querySelector(".settings-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("htmx:load", (event) => settle(event.detail.elt));
  if (!window.htmx) settle(document);
  showChosenTheme();
})();
