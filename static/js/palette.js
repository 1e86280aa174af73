// Ctrl-K: the actions that fit the page. Typing narrows, arrows walk, Enter does it, Esc closes.
(() => {
  const dialog = document.getElementById("palette");
  const input = document.getElementById("palette-input");
  const list = document.getElementById("palette-list");
  const none = document.getElementById("palette-none");
  const shown = () => [...list.querySelectorAll("[role=option]")].filter((option) => !option.hidden);

  function choose(option) {
    list.querySelectorAll("[aria-selected=true]").forEach((one) => one.setAttribute("aria-selected", "false"));
    if (!option) { input.removeAttribute("aria-activedescendant"); return; }
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function narrow() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.querySelectorAll("[role=option]").forEach((option) => {
      option.hidden = !words.every((word) => option.dataset.words.includes(word));
    });
    const left = shown();
    none.hidden = left.length > 0 || words.length === 0;
    choose(left[0]);
  }

  function walk(by) {
    const options = shown();
    if (!options.length) return;
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    choose(options[(now + by + options.length) % options.length]);
  }

  function go() {
    const chosen = list.querySelector("[aria-selected=true]:not([hidden]) .palette-action");
    if (chosen) { dialog.close(); chosen.click(); return; }
    const wanted = input.value.trim();
    if (wanted) location.assign(`${dialog.dataset.searchUrl}?${new URLSearchParams({ q: wanted })}`);
  }

  function open() {
    if (dialog.open) { dialog.close(); return; }
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    dialog.showModal();
    input.focus();
    window.htmx.trigger(list, "tefter:palette");
    narrow();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" && event.code !== "KeyK") return;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
    else if (event.target === dialog) dialog.close();
  });
  input.addEventListener("input", narrow);
  list.addEventListener("htmx:afterSwap", narrow);
  dialog.addEventListener("keydown", (event) => {
    const keys = { ArrowDown: () => walk(1), ArrowUp: () => walk(-1), Enter: go };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
