// A delivery dragged onto a free slot of its own lane opens the form that moves it there. Every page
// works without this file: each delivery has a link to the same form.
"use strict";
(() => {
  let dragged = null;
  const over = (event) => {
    const slot = event.target.closest?.("[data-slot-drop]");
    const lane = slot?.closest("[data-lane]");
    return dragged && lane && lane === dragged.closest("[data-lane]") ? slot : null;
  };
  const clear = () => document.querySelector(".dropping")?.classList.remove("dropping");
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-slot-move]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.textContent.trim());
  });
  document.addEventListener("dragover", (event) => {
    const slot = over(event);
    if (!slot) return clear();
    event.preventDefault();
    if (!slot.classList.contains("dropping")) clear();
    slot.classList.add("dropping");
  });
  document.addEventListener("drop", (event) => {
    const slot = over(event);
    clear();
    if (!slot) return;
    event.preventDefault();
    const at = encodeURIComponent(slot.dataset.slotDrop);
    location.assign(`${dragged.dataset.slotMove}?at=${at}`);
  });
  document.addEventListener("dragend", () => {
    clear();
    dragged = null;
  });
})();
