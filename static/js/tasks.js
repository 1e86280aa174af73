/* Tasks on their board and calendar: dragged to another day or column, or moved by Shift and an arrow. What is moved
   stands there at once; then the page is asked for as it truly is, so that a refused move goes back by itself. */
"use strict";

(() => {
  const board = () => document.querySelector("[data-task-moves]");
  const isCalendar = () => document.querySelector("[data-calendar]") !== null;
  const lists = () => [...board().querySelectorAll("[data-task-drop]")];
  const word = (name) => document.getElementById("words").dataset[name];
  const say = (detail) => document.dispatchEvent(new CustomEvent("toast", { detail }));
  let waiting = 0;
  let isDragging = false;
  let last = Promise.resolve();
  const versions = new Map(); // of tasks that were moved since the page was read

  // --- what the server says -----------------------------------------------------------------------------------------

  /** Where a drop of `drop` is sent, and with what. */
  function act(item, drop) {
    const address = `${board().dataset.taskMoves}${item.dataset.task}/`;
    if (drop === "done") return [`${address}complete/`, {}];
    if (drop === "open") return [`${address}reopen/`, {}];
    return [`${address}postpone/`, { due_on: drop, version: versions.get(item.dataset.task) || item.dataset.version }];
  }

  /** One move after the other, each from where the one before it left the task. */
  function send(item, drop) {
    item.classList.add("is-waiting");
    waiting += 1;
    last = last.then(() => deliver(item, drop));
  }

  async function deliver(item, drop) {
    const [address, sent] = act(item, drop);
    const { task } = item.dataset;
    const answer = await fetch(address, {
      method: "POST", body: new URLSearchParams(sent),
      headers: { "HX-Request": "true", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    }).catch(() => null);
    waiting -= 1;
    if (answer?.headers.has("X-Version")) versions.set(task, answer.headers.get("X-Version"));
    tell(answer);
    if (!waiting && !isDragging) await showTruth();
  }

  function tell(answer) {
    const told = answer?.headers.get("HX-Trigger");
    if (told?.startsWith("{")) return say(JSON.parse(told).toast);
    if (answer?.ok) return;
    const names = { 403: "forbidden", 404: "missing", 429: "busy" };
    say({ message: word(answer ? names[answer.status] || "broken" : "offline"), level: "danger" });
  }

  /** The page as it is now, at the place where one looks, with the focus on the task that has it when it comes. */
  async function showTruth() {
    let left = 0, focused = null;
    board().addEventListener("htmx:beforeSwap", () => {
      left = board().scrollLeft;
      focused = document.activeElement.closest("[data-task-moves] [data-task]");
    }, { once: true });
    await htmx.ajax("GET", location.href, { target: "#list", swap: "outerHTML" });
    if (!waiting) versions.clear();
    board().scrollLeft = left;
    if (focused) board().querySelector(`[data-task="${focused.dataset.task}"] .task-title`)?.focus({ preventScroll: true });
  }

  // --- moves --------------------------------------------------------------------------------------------------------

  function announce(list) {
    const said = document.querySelector("[data-task-said]");
    said.textContent = `${said.dataset.moved} ${list.dataset.taskPlace}`;
  }

  /** Whether `list` takes what comes from `from`: what is open becomes done, and only what is done opens again. */
  function takes(list, from) {
    const drop = list.dataset.taskDrop;
    return list !== from && Boolean(drop) && (drop !== "open" || from.dataset.taskDrop === "done");
  }

  function moveTo(item, list) {
    list.prepend(item);
    item.querySelector(".task-title").focus();
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
    announce(list);
    send(item, list.dataset.taskDrop);
  }

  function dayAfter(day, count) {
    const date = new Date(`${day}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + count);
    return date.toISOString().slice(0, 10);
  }

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  function onKey(event) {
    const item = event.shiftKey && event.key in STEPS && event.target.closest?.("[data-task-moves] [data-task]");
    if (!item) return;
    const step = STEPS[event.key];
    const from = item.closest("[data-task-drop]");
    if (!isCalendar() && Math.abs(step) > 1) return;
    event.preventDefault();
    event.stopPropagation();
    if (isCalendar()) {
      const day = dayAfter(from.dataset.taskDrop, step);
      const list = lists().find((one) => one.dataset.taskDrop === day);
      return list ? moveTo(item, list) : send(item, day);
    }
    const all = lists();
    const rest = step > 0 ? all.slice(all.indexOf(from) + 1) : all.slice(0, all.indexOf(from)).reverse();
    const list = rest.find((one) => takes(one, from));
    if (list) moveTo(item, list);
  }

  // --- dragging -----------------------------------------------------------------------------------------------------

  function start(list) {
    if (list.dataset.started) return;
    list.dataset.started = "yes";
    Sortable.create(list, {
      group: { name: "tasks", put: (to, from) => takes(to.el, from.el) }, sort: false, draggable: "[data-task]",
      filter: "form, .dropdown", preventOnFilter: false, animation: 120, delay: 180, delayOnTouchOnly: true,
      ghostClass: "is-ghost", scroll: true, bubbleScroll: true, emptyInsertThreshold: 24,
      onStart: () => { isDragging = true; },
      onEnd: ({ item, from, to }) => {
        isDragging = false;
        if (from === to) return;
        announce(to);
        send(item, to.dataset.taskDrop);
      },
    });
  }

  const startAll = () => { if (board()) lists().forEach(start); };
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("htmx:load", startAll);
  startAll();
})();
