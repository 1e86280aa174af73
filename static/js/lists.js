// Lists: records are ticked and changed together, a cell is changed where it stands, the filter form follows what is
// chosen. Everything works by plain addresses without this file.
(() => {
  const list = () => document.querySelector("[data-list]");
  const ticks = () => [...document.querySelectorAll('input[name="id"][form="bulk"]')];
  let kept = null;
  let goOn = 0;

  // --- ticked records ---

  function countTicked() {
    const bar = document.querySelector("[data-bulk]");
    const told = bar?.querySelector("[data-bulk-count]");
    if (!told) return;
    told.dataset.none ??= told.textContent;
    const all = bar.querySelector("[data-bulk-all]");
    const count = ticks().filter((tick) => tick.checked).length;
    bar.classList.toggle("is-active", count > 0 || Boolean(all?.checked));
    told.textContent = count ? `${told.dataset.some} ${count}` : told.dataset.none;
    const page = document.querySelector("[data-check-page]");
    if (page) { page.checked = count > 0 && count === ticks().length; page.indeterminate = count > 0 && !page.checked; }
  }

  function bulkAddress(form, pressed) {
    const sent = new FormData(form, pressed);
    if (sent.get("all")) sent.delete("id");
    return `${form.getAttribute("action")}?${new URLSearchParams(sent)}`;
  }

  document.addEventListener("change", (event) => {
    const { target } = event;
    if (target.matches("[data-check-page]")) ticks().forEach((tick) => { tick.checked = target.checked; });
    if (target.closest("[data-bulk]") || target.matches("[data-check-page], input[form=bulk]")) countTicked();
    if (target.matches("[data-filter-change]")) target.form.requestSubmit(target.form.querySelector("[data-filter-look]"));
    tickField(target);
  });
  document.addEventListener("input", (event) => tickField(event.target));

  // A value that somebody writes is one to be set.
  function tickField(target) {
    const field = target.closest(".bulk-value")?.closest(".bulk-field");
    if (field) field.querySelector("[data-bulk-set]").checked = true;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-bulk]")) {
      event.preventDefault();
      event.stopPropagation();
      window.tefterPanel.open(bulkAddress(form, event.submitter), event.submitter);
    }
    if (form.matches("td [data-cell-form]")) { event.preventDefault(); event.stopPropagation(); writeCell(form.closest("td"), form); }
  }, true);

  // --- cells: the pencil comes with the pointer ---

  document.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td[data-cell]");
    if (!cell || cell.querySelector(".cell-edit, [data-cell-form]")) return;
    const pencil = document.createElement("button");
    pencil.type = "button";
    pencil.className = "cell-edit";
    pencil.tabIndex = -1;
    pencil.setAttribute("aria-label", `${list().dataset.change}: ${cell.dataset.label}`);
    pencil.dataset.cellEdit = "";
    pencil.append(list().querySelector("[data-pencil]").content.cloneNode(true));
    cell.append(pencil);
  });

  function openCell(cell) {
    if (!cell || cell.querySelector("[data-cell-form]")) return;
    closeCell();
    cell.querySelector(".cell-edit")?.remove();
    kept = { cell, html: cell.innerHTML };
    htmx.ajax("GET", cell.dataset.cell, { target: cell, swap: "innerHTML", source: cell });
  }

  function closeCell() {
    if (!kept) return;
    const { cell, html } = kept;
    kept = null;
    cell.innerHTML = html;
    cell.classList.remove("is-open-cell");
  }

  function writeCell(cell, form) {
    htmx.ajax("POST", cell.dataset.cell, { target: cell, swap: "innerHTML", source: cell, values: valuesOf(form) });
  }

  /** What a form holds; of some ticked boxes each one. */
  function valuesOf(form) {
    const data = new FormData(form);
    return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
  }

  function neighbour(cell, by) {
    const cells = [...document.querySelectorAll("td[data-cell]")];
    return cells[cells.indexOf(cell) + by];
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const cell = event.detail.target;
    if (!cell.matches("td[data-cell]")) return;
    const input = cell.querySelector("[data-cell-form] .form-control, [data-cell-form] .form-select, [data-cell-form] input:not([type=hidden])");
    cell.classList.toggle("is-open-cell", Boolean(input));
    if (input) { goOn = 0; setTimeout(() => { input.focus(); input.select?.(); }); return; }
    kept = null;
    const next = goOn ? neighbour(cell, goOn) : null;
    goOn = 0;
    if (next) openCell(next);
    else cell.closest("tr")?.querySelector(".cell-title a")?.focus();
  });

  document.addEventListener("click", (event) => {
    const pencil = event.target.closest("[data-cell-edit]");
    if (pencil) { event.preventDefault(); openCell(pencil.closest("td")); }
    else if (event.target.closest(".is-open-cell")) event.stopPropagation();
  }, true);

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const form = target.closest("td [data-cell-form]");
    if (form) {
      if (key === "Escape") { event.preventDefault(); event.stopPropagation(); const cell = form.closest("td"); closeCell(); cell.closest("tr").querySelector(".cell-title a")?.focus(); }
      if (key === "Tab") { event.preventDefault(); goOn = event.shiftKey ? -1 : 1; form.requestSubmit(); }
      if (key === "Enter" && target.matches("select")) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((key === "Delete" || key === "Backspace") && target.matches("[data-chip]")) { event.preventDefault(); target.parentElement.querySelector(".filter-clear").click(); }
    if (target.closest("input, select, textarea")) return;
    const row = target.closest("[data-panel-rows] tr");
    if (key === "e" && row) { event.preventDefault(); openCell(row.querySelector("td[data-cell]")); }
    if (key === "x" && row) { const tick = row.querySelector('input[name="id"]'); if (tick) { tick.checked = !tick.checked; countTicked(); } }
    if (key === "f" && list()) document.querySelector("[data-key-filter]")?.click();
  });

  document.addEventListener("htmx:load", countTicked);
})();
