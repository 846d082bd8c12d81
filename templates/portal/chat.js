// Makes the page on which citizens ask answer without being loaded anew. Everything works without
// it, too. The server renders every line and escapes what is in it; here lines are only put in.
(() => {
  "use strict";
  const page = document.getElementById("chat");
  if (!page || !window.EventSource) return;
  const said = page.dataset;
  const log = document.getElementById("chat-log");
  const lines = document.getElementById("chat-lines");
  const status = document.getElementById("chat-status");
  const form = document.getElementById("chat-form");
  const box = document.getElementById("chat-text");
  const hint = document.getElementById("chat-hint");
  const TRIES = 3, SLOW_MS = 20000, AGAIN_MS = 15000;
  let after = said.after, waiting = false, slow = 0, sending = false;

  const tell = (text, wrong = false) => {
    status.textContent = text;
    status.classList.toggle("wrong", wrong);
    if (!wrong) box.removeAttribute("aria-invalid");
  };

  // The same key each time it is tried: however often it arrives, it is one message.
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(18)),
    (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function toEnd() {
    log.scrollTop = log.scrollHeight;
  }

  function put(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const line = made.content.querySelector("li.line");
    if (!line || document.getElementById(line.id)) return false;
    document.getElementById("chat-starters")?.remove();
    // by the time in its id: an answer may come before the line that it answers
    const later = [...lines.children].find((one) => one.id > line.id);
    lines.insertBefore(line, later ?? null);
    const mine = line.classList.contains("mine");
    if (mine || log.scrollHeight - log.clientHeight - log.scrollTop < line.offsetHeight + 160) {
      // an answer is read from its beginning
      log.scrollTop = Math.max(0, line.offsetTop - log.offsetTop - (mine ? 0 : 48));
    }
    return true;
  }

  function wait(on) {
    waiting = on;
    clearTimeout(slow);
    if (on) slow = setTimeout(() => tell(said.slow), SLOW_MS);
  }

  async function post(fields) {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        const answer = await fetch(said.say, {method: "POST", body: new URLSearchParams(fields)});
        if (answer.status !== 503 || !left) return answer;
      } catch {
        if (!left) return null;
      }
      await pause(1000 * (TRIES - left));
    }
  }

  async function send(fields, restore) {
    if (sending) return;
    sending = true;
    page.setAttribute("aria-busy", "true");
    tell(said.sending);
    const answer = await post(fields);
    if (answer?.ok) {
      const first = put(await answer.text());
      const last = lines.lastElementChild;
      if (first && last?.classList.contains("mine")) {
        tell(said.waiting);
        wait(true);
      } else {
        tell(said.answered);
      }
    } else {
      const told = answer && answer.headers.get("Content-Type")?.startsWith("text/plain");
      tell(told ? await answer.text() : said.failed, true);
      restore();
    }
    page.removeAttribute("aria-busy");
    sending = false;
  }

  document.addEventListener("submit", (event) => {
    const from = event.target;
    if (!from.matches("form[data-chat]")) return;
    event.preventDefault();
    if (sending) return;
    const fields = new FormData(from);
    const pressed = event.submitter;
    if (pressed?.name) fields.set(pressed.name, pressed.value);
    fields.set("token", form.elements.token.value);
    fields.set("key", newKey());
    const text = box.value;
    if (from === form) {
      if (!text.trim()) return;
      box.value = "";
    }
    send(fields, () => {
      if (from === form && !box.value) box.value = text;
      if (from === form) box.setAttribute("aria-invalid", "true");
    });
    // where the pressed button goes away with the examples, the field is where one goes on
    if (!pressed || pressed.closest("#chat-starters") || from === form) box.focus();
  });

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  function listen() {
    const stream = new EventSource(`${said.stream}?after=${encodeURIComponent(after)}`);
    let lost = false;
    stream.addEventListener("open", () => {
      if (lost && !waiting) tell("");
      lost = false;
    });
    stream.addEventListener("answer", (event) => {
      after = event.lastEventId;
      if (put(event.data) && waiting) {
        wait(false);
        tell(said.answered);
      }
    });
    stream.addEventListener("error", () => {
      lost = true;
      if (!waiting) tell(said.offline);
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
    });
    window.addEventListener("pagehide", () => stream.close(), {once: true});
  }

  hint.textContent = hint.dataset.keys;
  if (status.textContent && !status.classList.contains("wrong")) wait(true);
  toEnd();
  listen();
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
})();
