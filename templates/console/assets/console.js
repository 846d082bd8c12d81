// What the pages do beyond what the server makes of them: keys, countdowns, dialogs. Every page
// works without this file; nothing here decides what may be done.
"use strict";
(() => {
  const token = document.querySelector('meta[name="form-token"]')?.content;
  const english = document.documentElement.lang === "en";

  // htmx sends the form's token with every change
  document.addEventListener("htmx:configRequest", (event) => {
    if (token) event.detail.headers["X-Form-Token"] = token;
  });

  // on a telephone the menu is one row: the section one is in is in view
  const menu = document.querySelector(".areas");
  const here = menu?.querySelector("[aria-current]");
  if (here) menu.scrollLeft = here.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;

  // rows: j and k move, o or Enter opens
  const rows = () => [...document.querySelectorAll("[data-rows] > li")];
  const chosen = () => rows().find((row) => row.hasAttribute("aria-current"));
  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    all.forEach((row) => row.removeAttribute("aria-current"));
    next.setAttribute("aria-current", "true");
    next.querySelector("a.name")?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  // a key presses what says that it is its own: data-key="s"
  const owner = (key) =>
    [...document.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === key && one.offsetParent !== null && !one.disabled,
    );
  const typing = (target) =>
    target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog");
  let going = false;

  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "Escape" && event.target.matches("select")) event.target.blur(); // keys work again
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (going && /^[1-9]$/.test(key)) {
      going = false;
      document.querySelector(`[data-go="${key}"]`)?.click();
      return;
    }
    going = key === "g";
    const press = owner(key);
    if (press) press.matches("input, textarea, select") ? press.focus() : press.click();
    else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "o") chosen()?.querySelector("a.name")?.click();
    else if (key === "?") document.getElementById("keys")?.showModal();
    else return;
    event.preventDefault();
  });

  // <button data-open="id"> opens the dialog of that name, and its first field has the focus
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (!opener) return;
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("textarea, input:not([type=hidden])")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    document.querySelectorAll("details.who[open]").forEach((one) => {
      if (!one.contains(event.target)) one.open = false;
    });
  });

  // countdowns move with the time
  function span(minutes) {
    const units = english ? [" d", " h", " min"] : [" 天", " 小时", " 分钟"];
    const parts = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60]
      .map((n, place) => (n ? n + units[place] : ""))
      .filter(Boolean);
    return parts.slice(0, 2).join(" ") || `0${units[2]}`;
  }
  function tick() {
    for (const one of document.querySelectorAll("[data-until]")) {
      const left = Date.parse(one.dateTime) - Date.now();
      const told = span(Math.floor(Math.abs(left) / 60000));
      if (left < 0) one.textContent = english ? `${told} overdue` : `已超 ${told}`;
      else one.textContent = english ? `${told} left` : `还剩 ${told}`;
      one.classList.toggle("over", left < 0);
      one.classList.toggle("soon", left >= 0 && left < 14400000);
    }
  }
  setInterval(tick, 30000);

  // a form is sent once, and what was typed is not lost by a slip
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    // what the list is narrowed to now, which htmx may have changed since the page was made
    if ("here" in form.dataset) form.elements.query.value = location.search;
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
  addEventListener("beforeunload", (event) => {
    const open = document.querySelector("form[data-guard][data-touched]:not([data-sent])");
    if (open) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    event.target.closest("form[data-guard]")?.setAttribute("data-touched", "");
  });
})();
