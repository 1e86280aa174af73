// The record page: @ names a colleague by keyboard, [ and ] walk the list, Esc leaves the editor of a fact.
(() => {
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;
  let menu = null;
  let field = null;

  const fold = (text) => text.toLocaleLowerCase();
  const namesOf = (area) => (area.closest("[data-members]")?.dataset.members || "").split("|").filter(Boolean);

  function begun(area) {
    const upTo = area.value.slice(0, area.selectionStart);
    const found = upTo.match(/(?:^|\s)@([^@\n]{0,40})$/);
    return found ? found[1] : null;
  }

  function close() {
    menu?.remove();
    menu = null;
    field?.removeAttribute("aria-activedescendant");
    field = null;
  }

  function choose(name) {
    const typed = begun(field);
    const start = field.selectionStart - typed.length;
    field.setRangeText(`${name} `, start, field.selectionStart, "end");
    const area = field;
    close();
    area.focus();
  }

  function mark(index) {
    const options = [...menu.children];
    const at = (index + options.length) % options.length;
    options.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    field.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  function show(area, names) {
    close();
    field = area;
    menu = document.createElement("ul");
    menu.className = "dropdown-menu show mention-menu";
    menu.id = "mention-menu";
    menu.setAttribute("role", "listbox");
    names.forEach((name, index) => {
      const option = document.createElement("li");
      option.id = `mention-${index}`;
      option.className = "dropdown-item";
      option.setAttribute("role", "option");
      option.textContent = name;
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(name); });
      menu.append(option);
    });
    area.setAttribute("aria-controls", menu.id);
    area.after(menu);
    mark(0);
  }

  function offer(area) {
    const typed = begun(area);
    if (typed === null) { close(); return; }
    const names = namesOf(area).filter((name) => fold(name).split(/\s+/).some((part) => part.startsWith(fold(typed))) || fold(name).startsWith(fold(typed)));
    if (names.length && !names.some((name) => `${name} ` === typed)) show(area, names.slice(0, 8));
    else close();
  }

  document.addEventListener("input", (event) => { if (event.target.matches("[data-mentions]")) offer(event.target); });
  document.addEventListener("focusout", (event) => { if (event.target === field) setTimeout(close, 100); });
  document.addEventListener("keydown", (event) => {
    if (menu && event.target === field) {
      const at = [...menu.children].findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown") mark(at + 1);
      else if (event.key === "ArrowUp") mark(at - 1);
      else if (event.key === "Enter" || event.key === "Tab") choose(menu.children[at].textContent);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const editor = event.key === "Escape" && event.target.closest("[data-escape]");
    if (editor) { location.assign(`${editor.dataset.escape}${location.search}`); return; }
    if (event.ctrlKey && event.key === "Enter" && event.target.matches("textarea")) { event.target.form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "[" ) document.querySelector("[data-walk=previous]")?.click();
    if (event.key === "]" ) document.querySelector("[data-walk=next]")?.click();
  });
  // `#compose-talk` opens that side of the composer: one came to log a call.
  const asked = [...document.querySelectorAll("[data-composer] [data-bs-target]")].find((tab) => tab.dataset.bsTarget === location.hash);
  if (asked) {
    window.bootstrap.Tab.getOrCreateInstance(asked).show();
    document.querySelector(asked.dataset.bsTarget).querySelector("input:not([type=hidden]), textarea")?.focus();
  }
  document.querySelectorAll("[data-mentions]").forEach((area) => {
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-haspopup", "listbox");
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.matches?.(".fact-editor")) event.detail.elt.querySelector("input:not([type=hidden]), select")?.focus();
  });
})();
