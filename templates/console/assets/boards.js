// What the boards do beyond what the server makes of them: parts that keep themselves fresh, and
// entries that are dragged to another day. Every page works without this file.
"use strict";
(() => {
  const asked = { headers: { "HX-Request": "true" }, credentials: "same-origin" };
  let stale = false;
  let busy = false;

  // a part is asked for anew; what was chosen or focused in it stays so
  async function renew(part) {
    const answer = await fetch(part.dataset.fresh, asked);
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere || answer.redirected) return location.assign(elsewhere || location.href);
    if (!answer.ok || part.querySelector("details[open], input:focus, select:focus")) return;
    const marked = part.querySelector("[aria-current='true'] a")?.href;
    const focused = part.contains(document.activeElement) && document.activeElement.href;
    part.innerHTML = await answer.text();
    for (const link of part.querySelectorAll("a.name")) {
      if (marked === link.href) link.closest("li")?.setAttribute("aria-current", "true");
      if (focused === link.href) link.focus({ preventScroll: true });
    }
  }
  async function fresh() {
    stale = document.hidden;
    if (stale || busy) return;
    busy = true;
    try {
      for (const part of document.querySelectorAll("[data-fresh]")) await renew(part);
    } catch {
      stale = true; // the server is away; the stream says when it is back
    } finally {
      busy = false;
    }
  }

  const live = document.querySelector("[data-live]");
  if (live) {
    const source = new EventSource(live.dataset.live);
    const say = (on) => {
      live.hidden = false;
      live.classList.toggle("off", !on);
      live.textContent = on ? live.dataset.on : live.dataset.off;
    };
    source.addEventListener("open", () => {
      say(true);
      if (stale) fresh();
    });
    source.addEventListener("changed", fresh);
    source.addEventListener("error", () => {
      stale = true;
      say(false);
    });
    document.addEventListener("visibilitychange", () => {
      if (stale && !document.hidden) fresh();
    });
    addEventListener("pagehide", () => source.close());
  }

  // an entry dragged to another day, or its button pressed, opens the form that moves it
  const form = document.getElementById("move-form");
  if (form) {
    const dialog = form.closest("dialog");
    const open = (entry, day) => {
      form.elements.plan.value = entry.dataset.plan;
      document.getElementById("move-problem").replaceChildren();
      form.elements.day.value = day || entry.dataset.day;
      form.elements.time.value = entry.dataset.time;
      dialog.querySelector("[data-moved]").textContent = entry.dataset.title;
      dialog.showModal();
      form.elements[day ? "time" : "day"].focus();
    };
    // what is refused is said inside the form, which stays as it was typed
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, ...asked });
      delete form.dataset.sent;
      const target = answer.headers.get("HX-Redirect");
      if (target || answer.redirected) return location.assign(target || answer.url);
      document.getElementById("move-problem").innerHTML = await answer.text();
    });
    let dragged = null;
    document.addEventListener("dragstart", (event) => {
      dragged = event.target.closest?.("[data-move]");
      if (!dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.dataset.title);
    });
    const cell = (event) => event.target.closest?.("[data-drop]");
    const clear = () => document.querySelector(".dropping")?.classList.remove("dropping");
    document.addEventListener("dragover", (event) => {
      const over = cell(event);
      if (!dragged || !over) return;
      event.preventDefault();
      if (!over.classList.contains("dropping")) clear();
      over.classList.add("dropping");
    });
    document.addEventListener("drop", (event) => {
      const over = cell(event);
      clear();
      if (!dragged || !over) return;
      event.preventDefault();
      if (over.dataset.drop !== dragged.dataset.day) open(dragged, over.dataset.drop);
      dragged = null;
    });
    document.addEventListener("dragend", () => {
      clear();
      dragged = null;
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mover]");
      if (!button) return;
      event.preventDefault();
      open(button.closest("[data-move]"), "");
    });
  }
})();
