// Rows that are dragged into another order: the new one is posted at once; the arrow buttons work without this.
"use strict";

(() => {
  const idsIn = (list) => [...list.querySelectorAll(":scope > [data-order-id]")].map((row) => row.dataset.orderId);

  async function keep(list) {
    const body = new URLSearchParams(idsIn(list).map((id) => ["order", id]));
    const answer = await fetch(list.dataset.order, {
      method: "POST", body, headers: { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    }).catch(() => null);
    if (!answer?.ok) location.reload();
  }

  document.querySelectorAll("[data-order]").forEach((list) => Sortable.create(list, {
    draggable: "[data-order-id]", handle: "[data-order-handle]", animation: 120, ghostClass: "is-ghost", onEnd: () => keep(list),
  }));
})();
