// What the graphics editor does beyond what the server makes of it: faults and sources beside their
// fields as they change, a block that is moved by keys, downloads. It works without this file.
"use strict";
(() => {
  const form = () => document.getElementById("editor");
  const anchor = (path) => path.replaceAll("]", "").replaceAll(/[[.]/g, "-");

  // what the answer says of a field stands beside it
  function place() {
    const shown = document.getElementById("shown");
    const faults = new Map();
    for (const one of shown.querySelectorAll("[data-about]")) {
      let path = one.dataset.about;
      if (!document.getElementById(`f-${anchor(path)}`)) path = path.replace(/\[\d+\]$/, "");
      const field = document.getElementById(`f-${anchor(path)}`);
      if (field) {
        faults.set(field.id, one.textContent);
        one.href = `#${field.id}`;
      }
    }
    for (const box of form().querySelectorAll("[data-field]")) {
      const field = box.querySelector("input, select, textarea");
      const said = faults.get(field.id) ?? "";
      box.classList.toggle("wrong", said !== "");
      box.querySelector(".fault").textContent = said;
      if (said) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    if (faults.size) return; // where the numbers come from is looked up once it can be drawn
    const origins = new Map();
    for (const one of shown.querySelectorAll("[data-from]")) origins.set(one.dataset.from, one);
    for (const box of form().querySelectorAll("[data-origin]")) {
      const one = origins.get(box.dataset.origin);
      box.replaceChildren(...(one ? [...one.childNodes].map((node) => node.cloneNode(true)) : []));
    }
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "shown") place();
    if (event.detail.target.id !== "work") return;
    form().setAttribute("data-touched", "");
    const block = form().dataset.focus && document.getElementById(`g-${form().dataset.focus}`);
    if (!block) return;
    block.open = true;
    const first = block.querySelector(".field input, .field textarea, .field select");
    (first ?? block).focus({ preventScroll: true });
    block.scrollIntoView({ block: "nearest" });
  });

  // Alt+↑ and Alt+↓ move the block that the reader is in
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const verb = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const block = verb && event.target.closest?.("[data-block]");
    const button = block?.querySelector(`:scope > .tools [value="${verb}:${block.dataset.block}"]`);
    if (!button) return;
    event.preventDefault();
    if (!button.disabled) button.click();
  });

  // Enter in a field draws, and never presses the first button there is
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("#editor input")) return;
    event.preventDefault();
  });

  // a download leaves the page as it is
  document.addEventListener("submit", (event) => {
    if (!event.submitter?.matches("[data-download]")) return;
    event.submitter.closest("details").open = false;
    setTimeout(() => delete event.target.dataset.sent);
  });
})();
