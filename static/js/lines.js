/* The line editor of invoices and deals. The server renders the rows and works without this; here it gains live totals,
   a keyboard and products to choose from.

   Enter: the next empty line, or a new one below · ↑ ↓: the same cell of another line · Delete on an empty line: away with it ·
   Ctrl+Enter anywhere in the form: save · in the description: ↑ ↓ Enter Esc choose a product. */
"use strict";

(() => {
  const SEARCH_AFTER_MS = 150;
  const ZERO = { units: 0n, scale: 0 };

  document.querySelectorAll("[data-lines]").forEach(startEditor);

  function startEditor(table) {
    const form = table.closest("form");
    const body = table.querySelector("tbody");
    const blank = form.querySelector("template[data-line-blank]");
    const count = form.elements[`${table.dataset.lines}-TOTAL_FORMS`];
    const currency = form.elements.currency;
    const rows = () => [...body.rows];
    const left = JSON.parse(document.getElementById("invoice-remains")?.textContent ?? "{}");
    const remains = Object.fromEntries(
      Object.entries(left).map(([key, [base, vat]]) => [key, { base: BigInt(base), vat: BigInt(vat) }]));
    const cell = (row, name) => row.querySelector(`[data-line="${name}"]`);

    // --- rows -------------------------------------------------------------------------------------------------

    function renumber() {
      const prefix = new RegExp(`(${table.dataset.lines}-)(\\d+|__prefix__)(-)`);
      rows().forEach((row, index) => {
        row.querySelectorAll("[name], [id], [for], [aria-describedby], [aria-controls]").forEach((element) => {
          for (const attribute of ["name", "id", "for", "aria-describedby", "aria-controls"]) {
            const value = element.getAttribute(attribute);
            if (value) element.setAttribute(attribute, value.replace(prefix, `$1${index}$3`));
          }
        });
      });
      count.value = rows().length;
    }

    function addRow(after) {
      const row = blank.content.firstElementChild.cloneNode(true);
      const previous = after ?? rows().at(-1);
      if (previous) {
        cell(row, "vat_rate").value = cell(previous, "vat_rate").value;
        previous.after(row);
      } else {
        body.append(row);
      }
      renumber();
      cell(row, "description").focus();
      refresh();
    }

    // The empty lines that wait below are written in before new ones are made.
    function goOn(row) {
      const next = row.nextElementSibling;
      if (!next || !isEmpty(next)) return addRow(row);
      cell(next, "vat_rate").value = cell(row, "vat_rate").value;
      cell(next, "description").focus();
    }

    function removeRow(row) {
      const neighbour = row.previousElementSibling ?? row.nextElementSibling;
      const name = document.activeElement?.dataset?.line ?? "description";
      row.remove();
      if (!neighbour) return addRow(null);
      renumber();
      (cell(neighbour, name) ?? cell(neighbour, "description")).focus();
      refresh();
    }

    const isEmpty = (row) => ["description", "unit_price"].every((name) => !cell(row, name).value.trim());

    // --- totals -----------------------------------------------------------------------------------------------

    function readLine(row) {
      const read = (name) => exact.parse(cell(row, name).value || "0") ?? ZERO;
      const [rate, code] = treatment(cell(row, "vat_rate").value);
      return {
        quantity: read("quantity"), unitPrice: read("unit_price"), discount: read("discount_percent"),
        rate: rate === "" ? null : exact.parse(rate), code, isDeduction: Boolean(cell(row, "deducts_id")?.value),
      };
    }

    // "0.00:export" → rate and code; the taxed rates say their code themselves.
    function treatment(value) {
      const [rate, code = ""] = value.split(":");
      return [rate, code || { "20.00": "standard", "9.00": "reduced" }[rate] || ""];
    }

    // How the document is priced; a deal has none of these fields.
    function pricing() {
      const share = exact.parse(form.elements.discount?.value || "0") ?? ZERO;
      const inAmount = form.elements.discount_in?.value === "amount";
      return {
        withVat: form.elements.prices_include_vat?.checked ?? false,
        percent: inAmount ? null : share,
        amount: inAmount ? exact.cents(share) : 0n,
        remains,
      };
    }

    const say = (amount) => exact.money(amount, currency.value || "EUR", document.documentElement.lang);

    function refresh() {
      const filled = rows().filter((row) => !isEmpty(row));
      for (const row of rows()) {
        const line = readLine(row);
        const net = exact.lineNet(line.quantity, line.unitPrice, line.discount);
        row.querySelector("[data-line-net]").textContent = isEmpty(row) ? "" : say(net);
      }
      const sure = filled.filter((row) => !cell(row, "is_optional")?.checked);
      showTotals(exact.totals(sure.map(readLine), pricing()));
    }

    function showTotals(totals) {
      const list = form.querySelector("[data-lines-totals]");
      list.querySelector("[data-total=net]").textContent = say(totals.net);
      const pattern = form.querySelector("template[data-vat-group-blank]");
      if (!pattern) return; // a deal is counted before VAT
      const off = list.querySelector("[data-total-discount]");
      off.hidden = totals.discount === 0n;
      off.querySelector("[data-total=discount]").textContent = say(-totals.discount);
      list.querySelector("[data-total=total]").textContent = say(totals.total);
      list.querySelectorAll("[data-vat-group]").forEach((group) => group.remove());
      const names = form.querySelector("template[data-line-blank]").content.querySelector("[data-line=vat_rate]").options;
      for (const group of totals.groups) {
        const shown = pattern.content.firstElementChild.cloneNode(true);
        const name = [...names].find((option) => sameGroup(option.value, group));
        shown.querySelector("[data-vat-rate]").textContent = name ? name.text : `${Number(group.key.split(":")[0]) / 100} %`;
        shown.querySelector("[data-vat-base]").textContent = say(group.base);
        shown.querySelector("[data-vat-amount]").textContent = say(group.vat);
        list.querySelector(".is-total").before(shown);
      }
    }

    function sameGroup(value, group) {
      const [rate, code] = treatment(value);
      return sameRate(rate, group.rate) && code === group.code;
    }

    function sameRate(value, rate) {
      if (value === "" || rate === null) return value === "" && rate === null;
      return exact.cents(exact.parse(value)) === exact.cents(rate);
    }

    // --- keyboard ---------------------------------------------------------------------------------------------

    function move(row, name, step) {
      const target = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!target) return false;
      const field = cell(target, name);
      field.focus();
      field.select?.();
      return true;
    }

    function onKey(event) {
      const row = event.target.closest("tr");
      const name = event.target.dataset.line;
      if (!row || !name || event.defaultPrevented || event.isComposing || isSave(event)) return;
      if (event.key === "Enter") return act(event, () => goOn(row));
      const isSelect = event.target.tagName === "SELECT";
      if (event.key === "ArrowUp" && (!isSelect || event.altKey)) return act(event, () => move(row, name, -1));
      if (event.key === "ArrowDown" && (!isSelect || event.altKey)) return act(event, () => move(row, name, 1));
      if (["Delete", "Backspace"].includes(event.key) && isEmpty(row) && isIdle(event)) act(event, () => removeRow(row));
    }

    // Backspace in a quantity that still has digits deletes a digit, not the line.
    const isIdle = (event) => event.key === "Delete" || !event.target.value || event.target.tagName === "SELECT";

    function act(event, work) {
      event.preventDefault();
      work();
    }

    const isSave = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey);

    // From any field, the notes included: nobody has to come back to the lines or to the button.
    function onSave(event) {
      if (isSave(event) && !event.defaultPrevented && !event.isComposing) act(event, () => form.requestSubmit());
    }

    // --- products ---------------------------------------------------------------------------------------------

    const menu = makeMenu(table);
    let asked = 0;
    let waiting = 0;

    function onInput(event) {
      event.target.classList.remove("is-invalid");
      if (event.target.dataset.line === "description") lookUp(event.target);
      refresh();
    }

    function lookUp(input) {
      clearTimeout(waiting);
      const text = input.value.trim();
      if (!text) cell(input.closest("tr"), "product_id").value = "";
      if (text.length < 2 || !table.dataset.products) return menu.close();
      waiting = setTimeout(() => ask(input, text), SEARCH_AFTER_MS);
    }

    async function ask(input, text) {
      const ticket = ++asked;
      const address = new URL(table.dataset.products, location.href);
      address.searchParams.set("q", text);
      const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
      const isLate = ticket !== asked || document.activeElement !== input;
      if (!answer?.ok || isLate) return;
      menu.open(input, (await answer.json()).items, (product) => take(input.closest("tr"), product));
    }

    function take(row, product) {
      cell(row, "product_id").value = product.value;
      cell(row, "description").value = product.text;
      cell(row, "unit").value = product.unit ?? cell(row, "unit").value;
      cell(row, "unit_price").value = asWritten(product.unit_price);
      const rates = [...cell(row, "vat_rate").options];
      const rate = product.vat_rate == null ? null : exact.parse(String(product.vat_rate));
      const option = rates.find((one) => sameRate(one.value, rate));
      if (option) cell(row, "vat_rate").value = option.value;
      cell(row, "quantity").focus();
      cell(row, "quantity").select();
      refresh();
      remember(row);
    }

    /** What this client paid for the same the last time, below the line; a press takes that price. */
    async function remember(row) {
      row.querySelector(".line-memory")?.remove();
      const company = form.elements.company_id?.value;
      if (!table.dataset.priceMemory || !company || isEmpty(row)) return;
      const address = new URL(table.dataset.priceMemory, location.href);
      address.searchParams.set("company_id", company);
      for (const name of ["product_id", "description"]) address.searchParams.set(name, cell(row, name).value);
      const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
      const memory = answer?.ok ? await answer.json() : {};
      if (!memory.text || !row.isConnected || row.querySelector(".line-memory")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "line-memory";
      button.textContent = memory.text;
      button.addEventListener("click", () => {
        cell(row, "unit_price").value = asWritten(memory.unit_price);
        form.dispatchEvent(new Event("input", { bubbles: true }));
        refresh();
      });
      cell(row, "description").closest("td").append(button);
    }

    /** Lines that nobody gave another VAT get the one that fits the client. */
    function treatAs(value) {
      const before = table.dataset.treatment ?? cell(blank.content.firstElementChild, "vat_rate").value;
      for (const row of [...rows(), blank.content.firstElementChild]) {
        const select = cell(row, "vat_rate");
        const isKnown = [...select.options].some((option) => option.value === value);
        if (isKnown && (isEmpty(row) || select.value === before)) select.value = value;
      }
      table.dataset.treatment = value;
      refresh();
    }

    /** "120.0000" → "120.00", with the reader's comma. */
    function asWritten(price) {
      const [whole, fraction = ""] = String(price ?? "").split(".");
      if (!whole) return "";
      const kept = fraction.replace(/0+$/, "").padEnd(2, "0");
      return `${whole}${document.documentElement.lang.startsWith("bg") ? "," : "."}${kept}`;
    }

    body.addEventListener("keydown", onKey);
    form.addEventListener("keydown", onSave);
    body.addEventListener("input", onInput);
    body.addEventListener("change", refresh);
    body.addEventListener("focusout", () => setTimeout(() => menu.closeUnless(document.activeElement), 100));
    body.addEventListener("click", (event) => {
      const button = event.target.closest("[data-line-remove]");
      if (button) removeRow(button.closest("tr"));
    });
    body.addEventListener("change", (event) => {
      if (event.target.dataset.line === "description") remember(event.target.closest("tr"));
    });
    currency?.addEventListener("change", refresh);
    for (const name of ["discount", "discount_in", "prices_include_vat"]) form.elements[name]?.addEventListener("input", refresh);
    table.addEventListener("treat-as", (event) => treatAs(event.detail));
    form.querySelectorAll("[data-line-add]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => addRow(rows().at(-1)));
    });
    body.querySelectorAll("[data-line-remove]").forEach((button) => (button.hidden = false));
    blank.content.querySelector("[data-line-remove]").hidden = false;
    renumber();
    refresh();
  }

  /** The list of products under a description: one for the whole table, an ARIA listbox. */
  function makeMenu(table) {
    const list = document.createElement("ul");
    list.className = "line-menu dropdown-menu";
    list.id = `${table.dataset.lines}-products`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", table.dataset.productsLabel ?? "");
    document.body.append(list);
    let input = null;
    let choose = null;
    let items = [];
    let current = -1;

    function open(forInput, found, onChoose) {
      close();
      if (!found.length) return;
      [input, items, choose] = [forInput, found, onChoose];
      list.replaceChildren(...found.map(option));
      place();
      list.classList.add("show");
      input.setAttribute("aria-expanded", "true");
      input.addEventListener("keydown", onKey);
      addEventListener("scroll", place, true);
    }

    function close() {
      if (!input) return;
      list.classList.remove("show");
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      input.removeEventListener("keydown", onKey);
      removeEventListener("scroll", place, true);
      [input, current] = [null, -1];
    }

    function option(item, index) {
      const row = document.createElement("li");
      row.className = "dropdown-item";
      row.id = `${list.id}-${index}`;
      row.setAttribute("role", "option");
      const name = document.createElement("span");
      name.textContent = item.text;
      const hint = document.createElement("span");
      hint.className = "cell-hint";
      hint.textContent = item.hint ?? "";
      row.append(name, hint);
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        pick(index);
      });
      return row;
    }

    function place() {
      const box = input.getBoundingClientRect();
      list.style.top = `${box.bottom + 2}px`;
      list.style.left = `${box.left}px`;
      list.style.minWidth = `${Math.min(box.width, innerWidth - box.left - 8)}px`;
    }

    function mark(index) {
      current = (index + items.length) % items.length;
      [...list.children].forEach((row, at) => {
        row.classList.toggle("active", at === current);
        row.setAttribute("aria-selected", String(at === current));
      });
      list.children[current].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[current].id);
    }

    function pick(index) {
      const [item, taken] = [items[index], choose];
      close();
      taken(item);
    }

    function onKey(event) {
      const steps = { ArrowDown: 1, ArrowUp: current < 0 ? 0 : -1 };
      if (event.key in steps) mark(current + steps[event.key]);
      else if (event.key === "Enter" && current >= 0) pick(current);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    return { open, close, closeUnless: (element) => element !== input && close() };
  }
})();
