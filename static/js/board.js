/* The board: cards are dragged or moved by keys, at once on screen and then on the server. When somebody else was
   faster, the card goes where it truly is and a toast says who moved it. Heads come from the server with every answer.

   On a card: Shift ← → other stage · Shift ↑ ↓ other place · M its menu · arrows walk. */
"use strict";

(() => {
  const cardOf = (element) => element.closest("[data-card]");
  const columnOf = (card) => card.closest("[data-cards]");
  const columns = (board) => [...board.querySelectorAll("[data-cards]")];
  const cardsIn = (column) => [...column.querySelectorAll(":scope > [data-card]")];
  const word = (name) => document.getElementById("words").dataset[name];
  const say = (message, level = "danger") =>
    document.dispatchEvent(new CustomEvent("toast", { detail: { message, level } }));

  // --- where a card stands ------------------------------------------------------------------------------------------

  function cardAbove(card) {
    const before = card.previousElementSibling;
    return before?.matches("[data-card]") ? before.dataset.card : "";
  }

  /** Put a card right below another one of the column, or on top. */
  function put(card, column, aboveId) {
    const above = aboveId && cardsIn(column).find((one) => one.dataset.card === aboveId);
    if (above) above.after(card);
    else if (aboveId && column.querySelector(".board-more")) column.querySelector(".board-more").before(card);
    else column.prepend(card);
  }

  const place = (card) => ({ column: columnOf(card), next: card.nextElementSibling });

  function putBack(card, from) {
    from.column.insertBefore(card, from.next?.parentNode === from.column ? from.next : null);
  }

  // --- what the server says -----------------------------------------------------------------------------------------

  async function send(card, from) {
    const board = card.closest("[data-board]");
    const column = columnOf(card);
    const body = new URLSearchParams({
      stage_id: column.dataset.cards, from_stage_id: from.column.dataset.cards,
      above_id: cardAbove(card), version: card.dataset.version,
    });
    card.classList.add("is-waiting");
    const answer = await fetch(`${board.dataset.board}${card.dataset.card}/move/${location.search}`, {
      method: "POST", body,
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    }).catch(() => null);
    card.classList.remove("is-waiting");
    const isJson = answer?.headers.get("Content-Type")?.includes("json");
    if (!isJson) { putBack(card, from); return say(messageFor(answer)); }
    const told = await answer.json();
    if (!answer.ok) say(told.message);
    believe(board, card, told, answer.ok);
  }

  function messageFor(answer) {
    const names = { 403: "forbidden", 404: "missing", 429: "busy" };
    return word(answer ? names[answer.status] || "broken" : "offline");
  }

  /** Show the truth: the heads, and the card as it is now; where it stands only when our move did not happen. */
  function believe(board, card, told, isMoved) {
    for (const [stage, head] of Object.entries(told.heads)) {
      const shown = board.querySelector(`[data-head="${stage}"]`);
      if (shown) shown.innerHTML = head;
    }
    const column = told.stage_id && board.querySelector(`[data-cards="${told.stage_id}"]`);
    if (!told.card || !column) return card.remove();
    const hadFocus = card.contains(document.activeElement);
    const holder = document.createElement("template");
    holder.innerHTML = told.card.trim();
    const fresh = holder.content.firstElementChild;
    card.replaceWith(fresh);
    if (!isMoved) put(fresh, column, told.above_id);
    if (hadFocus) fresh.querySelector("a").focus();
  }

  // --- moves --------------------------------------------------------------------------------------------------------

  function moveTo(card, column, aboveId) {
    const from = place(card);
    const hadFocus = card.contains(document.activeElement);
    put(card, column, aboveId);
    if (hadFocus) card.querySelector("a").focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    announce(column);
    send(card, from);
  }

  function announce(column) {
    const said = document.querySelector("[data-board-said]");
    said.textContent = `${said.dataset.moved} ${column.getAttribute("aria-label")}`;
  }

  function toOtherStage(card, step) {
    const all = columns(card.closest("[data-board]"));
    const target = all[all.indexOf(columnOf(card)) + step];
    if (target) moveTo(card, target, "");
  }

  function toOtherPlace(card, step) {
    const cards = cardsIn(columnOf(card));
    const at = cards.indexOf(card) + step;
    if (at < 0 || at >= cards.length) return;
    moveTo(card, columnOf(card), step > 0 ? cards[at].dataset.card : cards[at - 1]?.dataset.card ?? "");
  }

  function walk(card, across, down) {
    const all = columns(card.closest("[data-board]"));
    const own = cardsIn(columnOf(card));
    if (down) return own[own.indexOf(card) + down]?.querySelector("a").focus();
    const rest = across > 0 ? all.slice(all.indexOf(columnOf(card)) + 1) : all.slice(0, all.indexOf(columnOf(card))).reverse();
    const target = rest.find((column) => cardsIn(column).length);
    if (!target) return;
    const cards = cardsIn(target);
    cards[Math.min(own.indexOf(card), cards.length - 1)].querySelector("a").focus();
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function onKey(event) {
    const card = cardOf(event.target);
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === "m" || event.code === "KeyM") { event.preventDefault(); openMenu(card); return; }
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [across, down] = ARROWS[event.key];
    if (!event.shiftKey) walk(card, across, down);
    else if (!mayMove(card)) return;
    else if (across) toOtherStage(card, across);
    else toOtherPlace(card, down);
  }

  const mayMove = (card) => card.querySelector("[data-card-menu]") !== null;

  // --- the menu of a card: one for the whole board ------------------------------------------------------------------

  let menuCard = null;
  const menu = () => document.querySelector("[data-board-menu]");
  const items = () => [...menu().querySelectorAll("[role=menuitem]:not([disabled])")];

  function openMenu(card) {
    if (!mayMove(card)) return;
    closeMenu();
    menuCard = card;
    const address = `${card.closest("[data-board]").dataset.board}${card.dataset.card}/`;
    menu().querySelectorAll("[data-move-to]").forEach((item) => { item.disabled = item.dataset.moveTo === columnOf(card).dataset.cards; });
    menu().querySelectorAll("[data-deal-act]").forEach((item) => {
      if (item.matches("form")) item.action = address + item.dataset.dealAct;
      else { item.href = address + item.dataset.dealAct; item.dataset.panelUrl = item.href; }
    });
    const button = card.querySelector("[data-card-menu]");
    button.setAttribute("aria-expanded", "true");
    menu().classList.add("show");
    const box = button.getBoundingClientRect();
    menu().style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu().offsetWidth - 8))}px`;
    menu().style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - menu().offsetHeight - 8))}px`;
    items()[0].focus();
  }

  function closeMenu(returnFocus = false) {
    if (!menuCard) return;
    const button = menuCard.querySelector("[data-card-menu]");
    button?.removeAttribute("aria-expanded");
    menu()?.classList.remove("show");
    if (returnFocus) button?.focus();
    menuCard = null;
  }

  function onMenuKey(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      const all = items();
      all[(all.indexOf(document.activeElement) + steps[event.key] + all.length) % all.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") closeMenu(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-card-menu]");
    if (button) return button.getAttribute("aria-expanded") ? closeMenu() : openMenu(cardOf(button));
    const choice = event.target.closest("[data-move-to]");
    if (choice && menuCard) {
      const card = menuCard;
      const column = card.closest("[data-board]").querySelector(`[data-cards="${choice.dataset.moveTo}"]`);
      closeMenu(true);
      return moveTo(card, column, "");
    }
    if (menuCard && (!event.target.closest("[data-board-menu]") || event.target.closest("[data-deal-panel]"))) closeMenu();
  });
  document.addEventListener("keydown", (event) => (event.target.closest("[data-board-menu]") ? onMenuKey(event) : onKey(event)), true);
  document.addEventListener("scroll", (event) => { if (menuCard && event.target.matches?.(".board, .board-cards")) closeMenu(); }, true);

  // --- dragging -----------------------------------------------------------------------------------------------------

  function startBoard(board) {
    if (board.dataset.started || !document.querySelector("[data-board-menu]")) return;
    board.dataset.started = "yes";
    let from = null;
    columns(board).forEach((column) => Sortable.create(column, {
      group: "deals", draggable: "[data-card]", filter: "[data-card-menu]", preventOnFilter: false, animation: 120,
      delay: 180, delayOnTouchOnly: true, ghostClass: "is-ghost", scroll: true, bubbleScroll: true,
      onStart: ({ item }) => { closeMenu(); from = { column: item.parentNode, next: item.nextElementSibling }; },
      onEnd: ({ item, from: left, to, oldDraggableIndex, newDraggableIndex }) => {
        if (left === to && oldDraggableIndex === newDraggableIndex) return;
        announce(to);
        send(item, from);
      },
    }));
  }

  const startAll = () => document.querySelectorAll("[data-board]").forEach(startBoard);
  document.addEventListener("htmx:load", startAll);
  startAll();
})();
