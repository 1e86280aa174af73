// Dates as people write them: 5.3, 05.03.2026, 2026-03-05, "утре", "tomorrow", "петък", "next friday", "+7" become dd.mm.yyyy when one leaves the field; `shared_apps/core/days.py` reads the same.
(() => {
  const DAYS = { "днес": 0, today: 0, "утре": 1, tomorrow: 1, "вдругиден": 2, "вчера": -1, yesterday: -1, "след седмица": 7, "in a week": 7 };
  const WEEKDAYS = [
    ["понеделник", "пон", "пн", "monday", "mon"], ["вторник", "вто", "вт", "tuesday", "tue"], ["сряда", "сря", "ср", "wednesday", "wed"],
    ["четвъртък", "чет", "чт", "thursday", "thu"], ["петък", "пет", "пт", "friday", "fri"], ["събота", "съб", "сб", "saturday", "sat"],
    ["неделя", "нед", "нд", "sunday", "sun"],
  ];
  const written = (date) => [date.getDate(), date.getMonth() + 1].map((part) => String(part).padStart(2, "0")).concat(date.getFullYear()).join(".");

  function daysFromToday(count) {
    const date = new Date();
    date.setDate(date.getDate() + count);
    return date;
  }

  function calendarDay(year, month, day) {
    const date = new Date(year, month - 1, day);
    return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
  }

  function weekday(value) {
    const later = value.match(/^(?:следващ(?:ия|ата|ото|а|и|о)?|другия?|next)\s+(.+)$/);
    const today = (new Date().getDay() + 6) % 7;
    if (later && ["седмица", "week"].includes(later[1])) return daysFromToday(7 - today);
    const wanted = WEEKDAYS.findIndex((words) => words.includes(later ? later[1] : value));
    if (wanted < 0) return null;
    return daysFromToday(later ? 7 - today + wanted : (wanted - today + 7) % 7 || 7);
  }

  function read(text) {
    const value = text.trim().toLowerCase().replace(/\s+/g, " ");
    if (value in DAYS) return daysFromToday(DAYS[value]);
    const named = weekday(value);
    if (named) return named;
    const shift = value.match(/^([+-]\d{1,3})(?:\s*(?:д|дни|ден|d|days?))?$/);
    if (shift) return daysFromToday(Number(shift[1]));
    const iso = value.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
    if (iso) return calendarDay(+iso[1], +iso[2], +iso[3]);
    const dotted = value.match(/^(\d{1,2})[./\s-](\d{1,2})(?:[./\s-](\d{2}|\d{4}))?\.?(?:\s*г\.?)?$/);
    if (!dotted) return null;
    const year = dotted[3] ? Number(dotted[3].length === 2 ? `20${dotted[3]}` : dotted[3]) : new Date().getFullYear();
    return calendarDay(year, +dotted[2], +dotted[1]);
  }

  function normalise(input) {
    if (!input.value.trim()) { input.setCustomValidity(""); return; }
    const date = read(input.value);
    input.setCustomValidity(date ? "" : document.getElementById("words").dataset.wrongDate);
    input.classList.toggle("is-invalid", !date);
    if (!date || input.value === written(date)) return;
    input.value = written(date);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const dateOf = (event) => event.target.closest?.("input[data-date]");
  document.addEventListener("focusout", (event) => { const input = dateOf(event); if (input) normalise(input); });
  document.addEventListener("keydown", (event) => {
    const input = event.key === "Enter" && dateOf(event);
    if (input) normalise(input);
  });
})();
