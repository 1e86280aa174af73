// The queue by keyboard: J and K walk, Enter opens, a letter does what its button says, whatever the layout of the keyboard.
(() => {
  const PLACE = "tefter:queue-place";
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable], dialog") !== null;
  const rows = () => [...document.querySelectorAll("[data-queue-row]")];
  const placeOf = (target) => rows().findIndex((row) => row.contains(target));

  function goTo(place) {
    const all = rows();
    const row = all[Math.max(0, Math.min(place, all.length - 1))];
    row?.querySelector("[data-queue-open]").focus();
    row?.scrollIntoView({ block: "nearest" });
  }

  function press(letter, place) {
    const button = rows()[Math.max(0, place)]?.querySelector(`[data-key="${letter}"]`);
    if (!button) return false;
    if (button.form) sessionStorage.setItem(PLACE, `${location.pathname} ${Math.max(0, place)}`);
    button.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || isTyping(event.target)) return;
    if (!event.code.startsWith("Key") || !rows().length) return;
    const letter = event.code.slice(3).toLowerCase();
    const place = placeOf(event.target);
    if (letter === "j") goTo(place + 1);
    else if (letter === "k") goTo(place < 0 ? 0 : place - 1);
    else if (!press(letter, place)) return;
    event.preventDefault();
  });

  // After an act the page comes back: the next one stands where that one stood.
  const [path, place] = (sessionStorage.getItem(PLACE) || "").split(" ");
  sessionStorage.removeItem(PLACE);
  if (path === location.pathname) goTo(Number(place));
})();
