/* The workbench by keyboard: J and K walk the list, a letter or a figure presses what bears it, whatever the layout of the
   keyboard. The sum of a split follows what is typed. */
"use strict";

(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;
  const bench = () => document.querySelector("[data-bench]");

  // --- the list -----------------------------------------------------------------------------------------------------

  const current = () => rows().findIndex((row) => row.getAttribute("aria-current") === "true");

  function mark(row) {
    rows().forEach((one) => one.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    show(row);
  }

  /** The list shows the row, and the page stays where it is. */
  function show(row) {
    const list = row.closest(".bench-list");
    const top = row.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
    const bottom = top + row.offsetHeight;
    if (top < list.scrollTop) list.scrollTop = top - row.offsetHeight;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight + row.offsetHeight;
  }

  function walk(by) {
    const all = rows();
    const next = all[current() + by];
    if (next) { next.focus({ preventScroll: true }); next.click(); return; }
    document.querySelector(`.bench-pager [rel=${by > 0 ? "next" : "prev"}]`)?.click();
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.ctrlKey || event.metaKey) return;
    mark(row);
    bench().classList.add("shows-case");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "case" && matchMedia("(max-width: 767.98px)").matches) scrollTo(0, 0);
  });
  addEventListener("popstate", () => location.reload());

  // --- keys ---------------------------------------------------------------------------------------------------------

  const NAMED = { ArrowDown: "j", ArrowUp: "k", Escape: "Escape" };

  function keyOf(event) {
    if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "?";
    if (event.shiftKey) return "";
    if (event.key === "/" || event.code === "Slash") return "/";
    if (NAMED[event.code]) return NAMED[event.code];
    const [, letter] = event.code.match(/^(?:Key|Digit|Numpad)([A-Z0-9])$/) ?? [];
    return letter ? letter.toLowerCase() : "";
  }

  function press(key) {
    const found = document.querySelector(`[data-key="${key}"]`);
    if (!found) return false;
    if (found.matches("input, [data-key-focus]")) found.focus();
    else found.click();
    if (found.matches("input")) found.select();
    else found.scrollIntoView({ block: "nearest" });
    return true;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (document.querySelector("dialog[open], .offcanvas.show")) return;
    const key = keyOf(event);
    if (isTyping(event.target) && key !== "Escape") return;
    if (event.target.closest?.(".dropdown-menu.show, [aria-expanded=true], .ts-wrapper")) return;
    if (!known(key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function known(key) {
    if (key === "j") walk(1);
    else if (key === "k") walk(-1);
    else if (key === "?") document.getElementById("bench-keys").showModal();
    else return key !== "" && press(key);
    return true;
  }

  // Before the shell's own keys: here N is "not ours", and the slash looks for an invoice.
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]")) document.getElementById("bench-keys").showModal();
    else if (event.target.id === "bench-keys") event.target.close();
  });

  // --- a split ------------------------------------------------------------------------------------------------------

  const language = document.documentElement.lang;
  const { parse, cents, money } = globalThis.exact;

  function typed(input) {
    if (!input.value.trim()) return 0n;
    const value = parse(input.value);
    return value === null ? null : cents(value);
  }

  function showLeft(form) {
    const amounts = [...form.querySelectorAll("[data-split-amount]")].map(typed);
    const told = form.querySelector("[data-split-left]");
    if (amounts.includes(null)) { told.textContent = "—"; return; }
    const left = cents(parse(form.dataset.split)) - amounts.reduce((all, one) => all + one, 0n);
    const name = left < 0n ? "over" : left > 0n ? "left" : "even";
    const size = money(left < 0n ? -left : left, form.dataset.currency, language);
    told.textContent = left ? `${size} ${told.dataset[name]}` : told.dataset.even;
    told.classList.toggle("is-over", left < 0n);
    told.classList.toggle("is-even", left === 0n);
    form.querySelector("[data-split-save]").disabled = left < 0n || amounts.every((one) => one === 0n);
  }

  function smallest(form, row) {
    const others = [...form.querySelectorAll("[data-split-amount]")].filter((one) => one !== row);
    const taken = others.reduce((all, one) => all + (typed(one) ?? 0n), 0n);
    const left = cents(parse(form.dataset.split)) - taken;
    const owed = cents(parse(row.closest(".split-row").querySelector("[data-split-all]").dataset.splitAll));
    const given = left < owed ? left : owed;
    return given > 0n ? `${given / 100n}${language.startsWith("bg") ? "," : "."}${String(given % 100n).padStart(2, "0")}` : "";
  }

  function settle(part) {
    part.querySelectorAll("[data-split-all]").forEach((button) => { button.hidden = false; });
    part.querySelectorAll("[data-rule-preview]").forEach((button) => { button.hidden = true; });
    part.querySelectorAll("[data-split]").forEach(showLeft);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-split]");
    if (form && event.target.matches("[data-split-amount]")) showLeft(form);
  });
  document.addEventListener("click", (event) => {
    const all = event.target.closest("[data-split-all]");
    if (!all) return;
    const input = all.closest(".split-row").querySelector("[data-split-amount]");
    input.value = smallest(all.form, input);
    showLeft(all.form);
  });
  // Enter in the search looks for invoices, Enter in an amount links.
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && event.target.matches("[data-split] input") && event.target.form;
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector(event.target.type === "search" ? "[data-split-find]" : "[data-split-save]");
    if (!button.disabled) form.requestSubmit(button);
  });

  document.addEventListener("htmx:load", (event) => settle(event.detail.elt));
  settle(document);
  const chosen = document.querySelector("[data-row][aria-current]");
  if (chosen) show(chosen);
})();
