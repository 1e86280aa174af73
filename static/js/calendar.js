// The calendar by keyboard: arrows walk over the days, Home and End over the week, Page Up and Down turn the leaf, Enter adds a task.
(() => {
  const grid = () => document.querySelector("[data-calendar]");
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const days = () => [...grid().querySelectorAll("[data-day]")];

  function focusOn(cell) {
    days().forEach((one) => { one.tabIndex = one === cell ? 0 : -1; });
    cell.focus();
  }

  function turn(where, day) {
    const link = document.querySelector(`[data-calendar-${where}]`);
    if (!day) { link.click(); return; }
    const address = new URL(link.href);
    address.searchParams.set("on", day);
    sessionStorage.setItem("calendar-focus", "yes");
    location.assign(address);
  }

  function dayAfter(cell, count) {
    const date = new Date(`${cell.dataset.day}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + count);
    return date.toISOString().slice(0, 10);
  }

  function walk(cell, count) {
    const all = days();
    const next = all[all.indexOf(cell) + count];
    if (next) focusOn(next);
    else turn(count < 0 ? "previous" : "next", dayAfter(cell, count));
  }

  function add(cell) {
    const address = new URL(grid().dataset.newUrl, location.href);
    address.searchParams.set("due_on", cell.dataset.write);
    address.searchParams.set("back", grid().dataset.back);
    location.assign(address);
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-calendar] [data-day]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnDay = event.target === cell;
    if (event.key in STEPS && isOnDay) walk(cell, STEPS[event.key]);
    else if (event.key === "Home" || event.key === "End") {
      const week = [...cell.parentElement.querySelectorAll("[data-day]")];
      focusOn(event.key === "Home" ? week[0] : week.at(-1));
    } else if (event.key === "PageUp") turn("previous", "");
    else if (event.key === "PageDown") turn("next", "");
    else if (event.key === "Enter" && isOnDay) add(cell);
    else if (event.key === "Escape" && !isOnDay) focusOn(cell);
    else return;
    event.preventDefault();
  });

  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest?.("[data-calendar] [data-day]");
    if (cell && !event.target.closest("a, button")) add(cell);
  });
  if (grid() && sessionStorage.getItem("calendar-focus")) {
    sessionStorage.removeItem("calendar-focus");
    grid().querySelector("[data-day][tabindex='0']")?.focus();
  }
})();
