/* The form of a recurring invoice: only what its rhythm and its end ask for is shown. */
"use strict";

(() => {
  const form = document.querySelector("form[data-recurring]");
  if (!form) return;

  function show() {
    const isWeeks = form.elements.unit.value === "week";
    form.querySelectorAll("[data-for-months]").forEach((part) => (part.hidden = isWeeks));
    form.querySelectorAll("[data-when-ends]").forEach((part) => (part.hidden = part.dataset.whenEnds !== form.elements.ends.value));
  }

  form.addEventListener("change", show);
  show();
})();
