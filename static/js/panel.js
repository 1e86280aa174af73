// The side panel: a row opens its record beside the list; Esc closes, J and K walk, Ctrl or the middle button open the page.
// A phone has no room beside the list: there the row opens the page, and Back comes back.
(() => {
  const shell = document.getElementById("panel-shell");
  const panel = document.getElementById("panel");
  const opener = shell.querySelector("[data-panel-open]");
  const steps = shell.querySelectorAll("[data-panel-step]");
  const offcanvas = () => bootstrap.Offcanvas.getOrCreateInstance(shell);
  const isOpen = () => shell.classList.contains("show");
  const rows = () => [...document.querySelectorAll("[data-panel-rows] [data-href]")];
  const openRow = () => document.querySelector("[data-panel-rows] .is-open");
  const narrow = matchMedia("(max-width: 767.98px)");
  let askedFrom = null;

  function showWaiting() {
    panel.innerHTML = '<div class="skeleton" aria-hidden="true"><span></span><span></span><span></span><span></span></div>';
  }

  function markRow(row) {
    openRow()?.classList.remove("is-open");
    row?.classList.add("is-open");
    steps.forEach((step) => { step.hidden = !row; });
  }

  async function open(url, from) {
    askedFrom = from;
    opener.href = url;
    markRow(from?.matches("[data-href]") ? from : null);
    if (!isOpen()) offcanvas().show();
    const slow = setTimeout(showWaiting, 150);
    await htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML", source: panel });
    clearTimeout(slow);
    panel.querySelector(".form-page .form-control")?.focus();
  }

  function step(by) {
    const list = rows();
    const next = list[list.indexOf(openRow()) + by];
    if (!next) return;
    next.scrollIntoView({ block: "nearest" });
    open(next.dataset.href, next);
  }

  function openBeside(row) {
    if (narrow.matches) location.assign(row.dataset.href);
    else open(row.dataset.href, row);
  }

  function isForPanel(event, row) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return false;
    const inner = event.target.closest("a, button, input, select, label, summary");
    return !inner || inner === row.querySelector(".cell-title a");
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-panel-url]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link.dataset.panelUrl, link); return; }
    const row = event.target.closest("[data-panel-rows] [data-href]");
    if (!row || getSelection().toString()) return;
    if (isForPanel(event, row)) { event.preventDefault(); openBeside(row); }
    else if ((event.ctrlKey || event.metaKey) && !event.target.closest("a, button")) window.open(row.dataset.href, "_blank", "noopener");
  });

  document.addEventListener("auxclick", (event) => {
    const row = event.target.closest("[data-panel-rows] [data-href]");
    if (row && event.button === 1 && !event.target.closest("a")) window.open(row.dataset.href, "_blank", "noopener");
  });

  shell.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-panel-step]");
    if (pressed) step(Number(pressed.dataset.panelStep));
  });

  document.addEventListener("keydown", (event) => {
    if (!isOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog, .dropdown-menu")) return;
    if (event.key === "Escape") offcanvas().hide();
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });

  shell.addEventListener("hidden.bs.offcanvas", () => {
    const back = askedFrom?.matches("[data-href]") ? askedFrom.querySelector(".cell-title a") : askedFrom;
    markRow(null);
    panel.replaceChildren();
    if (back?.isConnected) back.focus();
  });
  document.addEventListener("tefter:created", () => offcanvas().hide());
  window.tefterPanel = { open };
})();
