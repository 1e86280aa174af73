// The search in the top bar: what it finds drops down below it. Arrows walk, Enter opens, Esc closes.
(() => {
  const form = document.querySelector(".global-search");
  const found = document.getElementById("search-found");
  const input = document.getElementById("global-search");
  const links = () => [...found.querySelectorAll("a")];

  function close() {
    found.replaceChildren();
  }

  function walk(event, by) {
    const stops = [input, ...links()];
    if (stops.length === 1) return;
    event.preventDefault();
    const next = stops[(stops.indexOf(document.activeElement) + by + stops.length) % stops.length];
    next.focus();
  }

  form.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") walk(event, 1);
    if (event.key === "ArrowUp") walk(event, -1);
    if (event.key === "Escape") { close(); input.focus(); }
  });
  form.addEventListener("input", () => { if (!input.value.trim()) close(); });
  form.addEventListener("htmx:beforeSwap", (event) => { if (!input.value.trim()) event.detail.shouldSwap = false; });
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
  form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) close(); });
})();
