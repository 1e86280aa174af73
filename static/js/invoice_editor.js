/* What stands around the lines of an invoice: what is known of the client, and saving while one writes. */
"use strict";

(() => {
  const SAVE_AFTER_MS = 2500;
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;

  // --- the client -----------------------------------------------------------------------------------------------

  const place = form.querySelector("[data-client-facts]");
  let asked = 0;

  async function tellOfClient() {
    const ticket = ++asked;
    const company = form.elements.company_id.value;
    if (!company) return place.replaceChildren();
    const address = new URL(place.dataset.clientFacts, location.href);
    address.searchParams.set("company_id", company);
    address.searchParams.set("supply", form.elements.supply.value);
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || ticket !== asked) return;
    place.innerHTML = await answer.text();
    const { treatment } = place.firstElementChild.dataset;
    if (treatment) form.querySelector("[data-lines]").dispatchEvent(new CustomEvent("treat-as", { detail: treatment }));
  }

  form.elements.company_id.addEventListener("change", tellOfClient);
  form.elements.supply.addEventListener("change", tellOfClient);
  if (form.elements.company_id.value) tellOfClient();

  // --- saving ---------------------------------------------------------------------------------------------------

  const state = form.querySelector("[data-autosave-state]");
  let waiting = 0;
  let saving = null;
  let isLeaving = false;

  function later() {
    clearTimeout(waiting);
    if (!isLeaving) waiting = setTimeout(() => (saving = save().finally(() => (saving = null))), SAVE_AFTER_MS);
  }

  async function save() {
    if (saving) return later();
    state.textContent = form.dataset.saving;
    const answer = await fetch(form.action || location.href, {
      method: "POST", body: new FormData(form), headers: { "X-Autosave": "1", Accept: "application/json" },
    }).catch(() => null);
    if (!answer?.ok) return void (state.textContent = form.dataset.unsaved);
    const { edit_url } = await answer.json();
    if (answer.status === 201) {
      form.action = edit_url;
      history.replaceState(null, "", edit_url);
    }
    state.textContent = form.dataset.saved;
    document.body.dispatchEvent(new CustomEvent("invoices.invoice_changed"));
  }

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // A save under way may be making the draft: two of them would be two drafts.
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    isLeaving = true;
    if (!saving) return;
    event.preventDefault();
    const { submitter } = event;
    saving.finally(() => form.requestSubmit(submitter));
  });
})();
