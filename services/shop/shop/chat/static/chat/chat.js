"use strict";
// Keeps a talk up to date while its page is open, on both sides. What is written is kept until the shop has it, and sent
// again under the same id after a lost connection; without this file the page is a form, and “Look again”.

(() => {
  const MOST_BYTES = 4_096;
  const WRITING_EVERY_MS = 3_000;
  const WRITING_FOR_MS = 6_000;
  const SILENT_FOR_MS = 45_000; // there is a heartbeat every 15 s
  const AGAIN_MS = 1_000;
  const AGAIN_AT_MOST_MS = 30_000;
  const TOO_FAST_MS = 5_000;
  const WE_STOP = 1012;
  const IS_OVER = [4400, 4401, 4403, 4404];
  const OFFLINE = "There is no connection right now. What you write is kept here, and sent when it is back.";
  const OVER = "This talk cannot be followed from here any more. Please load the page again.";

  function newId() {
    // crypto.randomUUID is there on https alone.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  }

  function element(tag, name, text) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function moment(at) {
    const part = (options) => at.toLocaleString("en-GB", { timeZone: "UTC", ...options });
    return `${part({ day: "numeric", month: "long" })}, ${part({ hour: "2-digit", minute: "2-digit" })} UTC`;
  }

  function attach(root) {
    const own = root.dataset.side;
    const log = root.querySelector("#talk-log");
    const form = root.querySelector("form.talk-form");
    const box = form?.querySelector("textarea");
    const writing = root.querySelector("#talk-typing");
    const shelf = `talk ${root.dataset.room} ${own}`;
    const title = document.title;
    const offline = element("p", "talk-offline", "");
    const read = element("p", "talk-read", "");
    const refusal = element("p", "talk-refused", "");
    const byId = new Map();
    let last = Number(root.dataset.last);
    let unsent = JSON.parse(sessionStorage.getItem(shelf) || "[]");
    let facts = { state: root.dataset.state, reach: root.querySelector("#talk-reach")?.dataset.reach };
    let [socket, sending, tries, isOver, news, told, wroteAt] = [null, null, 0, false, 0, 0, 0];
    let again, silence, quiet, stale;

    offline.setAttribute("role", "status");
    refusal.setAttribute("role", "alert");
    root.querySelector(".talk-log").after(offline, read);
    form?.prepend(refusal);

    function connect() {
      clearTimeout(again);
      if (isOver || socket || !navigator.onLine) return; // “online” comes back here
      const address = new URL(root.dataset.live, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      address.searchParams.set("after", last);
      socket = new WebSocket(address);
      listen();
      const mine = socket;
      mine.addEventListener("open", () => listen());
      mine.addEventListener("message", (event) => mine === socket && hear(JSON.parse(event.data)));
      mine.addEventListener("close", (event) => mine === socket && cut(event.code));
    }

    function cut(code) {
      clearTimeout(silence);
      socket?.close();
      socket = sending = null;
      isOver = IS_OVER.includes(code);
      offline.textContent = isOver ? OVER : OFFLINE;
      if (isOver) return;
      const wait = code === WE_STOP ? 1_000 + Math.random() * 5_000 : Math.min(AGAIN_MS * 2 ** tries++, AGAIN_AT_MOST_MS);
      again = setTimeout(connect, code === WE_STOP ? wait : wait * (0.5 + Math.random()));
    }

    function listen() {
      clearTimeout(silence);
      silence = setTimeout(() => cut(), SILENT_FOR_MS);
    }

    function say(kind, fields = {}) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: kind, ...fields }));
    }

    function hear(said) {
      listen();
      if (said.type === "message") show(said);
      else if (said.type === "talk") stand(said);
      else if (said.type === "kept") kept(said.client_id);
      else if (said.type === "refused") refused(said);
      else if (said.type === "writing") isWriting(said.name);
    }

    function stand(now) {
      tries = 0;
      offline.textContent = "";
      const other = own === "shopper" ? now.read_by_staff : now.read_by_shopper;
      const mine = [...log.querySelectorAll(`.said-${own}[data-position]`)].pop();
      read.textContent = mine && Number(mine.dataset.position) <= other ? "Read." : "";
      const differs = ["state", "reach", "shopper_is_there"].some((name) => {
        const matters = name === "shopper_is_there" ? own === "staff" : name in facts && facts[name] !== undefined;
        return matters && facts[name] !== now[name];
      });
      facts = { ...facts, ...now };
      if (differs) look();
      sendNext();
      noteRead();
    }

    function show(message) {
      if (log.querySelector(`[data-position="${message.position}"]`)) return;
      last = Math.max(last, message.position);
      const there = message.side === own && byId.get(message.client_id);
      if (there) {
        there.dataset.position = message.position; // it was read out when it was written
        there.classList.remove("said-unsent");
      } else {
        // What was committed first stands first; what is not kept yet stands last.
        const after = [...log.children].find((one) => Number(one.dataset.position ?? Infinity) > message.position);
        log.insertBefore(line(message.side, message.name, message.text, new Date(message.at), message.position), after ?? null);
      }
      if (message.side === "note") look();
      if (message.side !== own && message.side !== "note") {
        writing.textContent = "";
        if (document.hidden) document.title = `(${++news}) ${title}`;
      }
      noteRead();
    }

    function line(side, name, text, at, position) {
      const made = element("li", `said said-${side}`, "");
      if (position) made.dataset.position = position;
      const shopper = own === "shopper" ? "You" : root.dataset.shopper;
      const by = side === "shopper" ? shopper : name || "Bookshop";
      if (side === "note") made.append(element("p", "", text));
      else made.append(element("p", "said-by", by), element("p", "said-text", text));
      const time = element("time", "", moment(at));
      time.dateTime = at.toISOString();
      made.append(time);
      return made;
    }

    function noteRead() {
      if (document.hidden || told >= last || (own === "staff" && !form)) return;
      if (socket?.readyState !== WebSocket.OPEN) return;
      told = last;
      say("read", { upto: last });
    }

    function keep() {
      sessionStorage.setItem(shelf, JSON.stringify(unsent));
    }

    function put(one) {
      const made = line(own, own === "staff" ? form.dataset.name : "", one.text, new Date(one.at));
      made.classList.add("said-unsent");
      byId.set(one.client_id, made);
      log.append(made);
    }

    function sendNext() {
      if (sending || !unsent.length || socket?.readyState !== WebSocket.OPEN) return;
      const { client_id, text } = unsent[0];
      sending = client_id;
      say("say", { client_id, text });
    }

    function kept(id) {
      unsent = unsent.filter((one) => one.client_id !== id);
      keep();
      byId.get(id)?.classList.remove("said-unsent");
      sending = null;
      sendNext();
    }

    function refused(said) {
      refusal.textContent = said.words;
      if (said.again) {
        setTimeout(() => ((sending = null), (refusal.textContent = ""), sendNext()), TOO_FAST_MS);
        return;
      }
      const one = unsent.find((each) => each.client_id === said.client_id);
      if (one && !box.value) box.value = one.text;
      byId.get(said.client_id)?.remove();
      kept(said.client_id);
    }

    function isWriting(name) {
      const words = `${name || "Bookshop"} is writing…`;
      if (writing.textContent !== words) writing.textContent = words;
      clearTimeout(quiet);
      quiet = setTimeout(() => (writing.textContent = ""), WRITING_FOR_MS);
    }

    // What else the page says of the talk is asked for as it stands there.
    async function look() {
      if (document.hidden) return (stale = true);
      stale = false;
      try {
        const answer = await fetch(root.dataset.page, { credentials: "same-origin" });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of root.querySelectorAll("[data-part]")) {
          const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
          if (!other || part.innerHTML === other.innerHTML) continue;
          const had = part.contains(document.activeElement);
          part.replaceWith(other);
          if (had) (box || root).focus();
        }
      } catch {
        stale = true; // looked at again when the connection is back
      }
    }

    form?.addEventListener("submit", (event) => {
      const one = { client_id: newId(), text: box.value.trim(), at: new Date().toISOString() };
      const bytes = new TextEncoder().encode(JSON.stringify({ type: "say", ...one })).length;
      if (isOver || bytes > MOST_BYTES) return; // the form itself takes it
      event.preventDefault();
      delete form.dataset.sent;
      refusal.textContent = "";
      if (one.text) {
        unsent.push(one);
        keep();
        put(one);
        box.value = "";
        sendNext();
      }
      box.focus();
    });
    box?.addEventListener("input", () => {
      if (Date.now() - wroteAt < WRITING_EVERY_MS || !box.value) return;
      wroteAt = Date.now();
      say("writing");
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      [document.title, news] = [title, 0];
      if (stale) look();
      noteRead();
      connect();
    });
    addEventListener("offline", () => socket && cut());
    addEventListener("online", () => ((tries = 0), connect()));
    addEventListener("pagehide", () => ((socket = null), clearTimeout(again)));
    addEventListener("pageshow", (event) => event.persisted && connect());
    root.classList.add("talk-live");
    unsent.forEach(put);
    connect();
  }

  window.attachTalk = attach;
  const there = document.getElementById("talk");
  if (there?.dataset.live) attach(there);
})();
