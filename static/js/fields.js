// The form of a custom field: what can be chosen is shown for lists alone; its rows are added, dragged and moved by keys.
"use strict";

(() => {
  const kind = document.querySelector("[data-field-kind]");
  const section = document.querySelector("[data-only-for]");
  const rows = document.querySelector("[data-option-rows]");

  function showWhatFits() {
    section.hidden = !section.dataset.onlyFor.split(" ").includes(kind.value);
  }

  function emptyRow() {
    const row = rows.querySelector("[data-option-row]:last-child").cloneNode(true);
    row.querySelector(".option-archived")?.remove();
    row.querySelectorAll("input").forEach((input) => { input.value = ""; });
    return row;
  }

  function move(row, way) {
    const other = way === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (other) other[way === "up" ? "before" : "after"](row);
  }

  if (kind && section) {
    kind.addEventListener("change", showWhatFits);
    showWhatFits();
  }
  if (!rows) return;
  document.querySelector("[data-option-add]").addEventListener("click", () => {
    rows.append(emptyRow());
    rows.querySelector("[data-option-row]:last-child [name=option_bg]").focus();
  });
  rows.addEventListener("click", (event) => {
    const button = event.target.closest("[data-option-move]");
    if (!button) return;
    move(button.closest("[data-option-row]"), button.dataset.optionMove);
    button.focus();
  });
  Sortable.create(rows, { draggable: "[data-option-row]", handle: "[data-option-handle]", animation: 120, ghostClass: "is-ghost" });
})();
