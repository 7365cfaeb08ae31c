"use strict";
// Keeps a talk up to date while its page is open, on both sides. What is written is kept until the shop has it, and sent
// again under the same id after a lost connection; without this file the page is a form, and “Look again”.

(() => {
  const MOST_BYTES = 4_096;
  const WRITING_EVERY_MS = 3_000;
  const WRITING_FOR_MS = 6_000;
  const OPEN_WITHIN_MS = 10_000;
  const SILENT_FOR_MS = 45_000; // there is a heartbeat every 15 s
  const AGAIN_MS = 1_000;
  const AGAIN_AT_MOST_MS = 30_000;
  const TOO_FAST_MS = 5_000;
  const AWAY_AFTER_MS = 60_000; // a window that is not in front for so long is nobody's
  const FAILED_OFTEN = 3; // then something between lets no websocket through
  const [WE_STOP, NOT_UNDERSTOOD, TOO_LARGE, TOO_MANY] = [1012, 4400, 1009, 4429];
  const IS_OVER = [4400, 4401, 4403, 4404];
  const OFFLINE = "There is no connection right now. What you write is kept here, and sent when it is back.";
  const OVER = "This talk cannot be followed from here any more. What you write here is kept in this window.";
  const PLAIN = "New messages come a little later here: this network does not let them through at once.";
  const MANY = "The shop is open in many windows. In this one new messages come a little later.";
  const NOT_SENT = "This message could not be sent.";
  const NO_TEXT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\p{Surrogate}/gu; // as limits.py has it

  function newId() {
    // crypto.randomUUID is there on https alone.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  }

  // Answers with fold(), for a page that puts it out of sight, and unfold().
  function attach(root) {
    const own = root.dataset.side;
    const lines = window.talkLines(root, own);
    const form = root.querySelector("form.talk-form");
    const box = form?.querySelector("textarea");
    const writing = root.querySelector("#talk-typing");
    const shelf = `talk ${root.dataset.room} ${own}`;
    const title = document.title;
    const offline = lines.element("p", "talk-offline", "");
    const read = lines.element("p", "talk-read", "");
    const refusal = lines.element("div", "talk-refused", "");
    const plain = window.talkByForms(root, form, { upto: () => last, isSeen, take });
    let last = Number(root.dataset.last);
    let unsent = JSON.parse(sessionStorage.getItem(shelf) || "[]");
    let facts = { state: root.dataset.state, reach: root.querySelector("#talk-reach")?.dataset.reach };
    let [socket, sending, tries, failed, news, told, wroteAt] = [null, null, 0, 0, 0, 0, 0];
    let [isOver, isHeard, isPlain, isFolded, isAway] = [false, false, false, false, false];
    let again, silence, quiet, stale, leaving;

    offline.setAttribute("role", "status");
    refusal.setAttribute("role", "alert");
    root.querySelector(".talk-log").after(offline, read);
    form?.prepend(refusal);

    function isSeen() {
      return !document.hidden && !isFolded && lines.isShown();
    }

    function connect() {
      clearTimeout(again);
      if (isOver || socket || !navigator.onLine) return; // “online” comes back here
      const address = new URL(root.dataset.live, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      address.searchParams.set("after", last);
      if (isFolded || isAway) address.searchParams.set("folded", "");
      socket = new WebSocket(address);
      isHeard = false;
      listen(OPEN_WITHIN_MS);
      const mine = socket;
      mine.addEventListener("open", () => mine === socket && ((told = 0), listen()));
      mine.addEventListener("message", (event) => mine === socket && hear(JSON.parse(event.data)));
      mine.addEventListener("close", (event) => mine === socket && cut(event.code));
    }

    function cut(code) {
      clearTimeout(silence);
      socket?.close();
      const wasSaid = isPlain ? null : sending;
      socket = null;
      if (!isPlain) sending = null;
      if ([NOT_UNDERSTOOD, TOO_LARGE].includes(code) && wasSaid) refused({ client_id: wasSaid, words: NOT_SENT });
      else if (IS_OVER.includes(code)) return end();
      if (!isHeard) failed += 1;
      if (!isPlain) offline.textContent = OFFLINE;
      const wait = code === WE_STOP ? 1_000 + Math.random() * 5_000 : Math.min(AGAIN_MS * 2 ** tries++, AGAIN_AT_MOST_MS);
      again = setTimeout(connect, code === WE_STOP ? wait : wait * (0.5 + Math.random()));
      if (!isHeard && !isPlain && (failed >= FAILED_OFTEN || code === TOO_MANY)) goOnByForms(code === TOO_MANY ? MANY : PLAIN);
    }

    function end() {
      isOver = true;
      isPlain = false;
      plain.stop();
      const link = lines.element("a", "", "Log in again");
      link.href = root.dataset.login || location.href;
      offline.replaceChildren(`${OVER} `, link);
    }

    // The page itself may be there although no websocket is.
    async function goOnByForms(words) {
      try {
        if ((await plain.look()) !== 200 || isHeard) throw new Error("not now");
      } catch {
        return plain.stop();
      }
      isPlain = true;
      offline.textContent = words;
      sendNext();
    }

    function listen(within = SILENT_FOR_MS) {
      clearTimeout(silence);
      silence = setTimeout(() => cut(), within);
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
      [isHeard, tries, failed] = [true, 0, 0];
      if (isPlain) plain.stop();
      isPlain = false;
      offline.textContent = "";
      const differs = ["state", "reach", "shopper_is_there"].some((name) => {
        const matters = name === "shopper_is_there" ? own === "staff" : name in facts && facts[name] !== undefined;
        return matters && facts[name] !== now[name];
      });
      if (facts.reach !== now.reach) told = 0; // what is looked at while the chat is closed is not read
      facts = { ...facts, ...now };
      if (differs) look();
      markRead();
      sendNext();
      noteRead();
    }

    // Under what they wrote last, and nowhere else.
    function markRead() {
      read.textContent = lines.isLastRead(own === "shopper" ? facts.read_by_staff : facts.read_by_shopper) ? "Read." : "";
    }

    function show(message) {
      if (lines.show(message)) {
        heardOf(message.side, message.position);
        if (message.side === "note") look();
      }
      noteRead();
    }

    function heardOf(side, position) {
      last = Math.max(last, position);
      markRead();
      if (side === own || side === "note") return;
      writing.textContent = "";
      if (!isSeen()) count(news + 1);
    }

    function count(number) {
      news = number;
      document.title = news && document.hidden ? `(${news}) ${title}` : title;
      root.dispatchEvent(new CustomEvent("talk:news", { detail: news }));
    }

    function noteRead() {
      if (!isSeen() || told >= last || (own === "staff" && !form)) return;
      if (socket?.readyState !== WebSocket.OPEN) return;
      told = last;
      say("read", { upto: last });
    }

    function keep() {
      sessionStorage.setItem(shelf, JSON.stringify(unsent));
    }

    function put(one) {
      lines.put(one, form.dataset.name);
      markRead();
    }

    function sendNext() {
      if (sending || !unsent.length || isOver || !form) return;
      const { client_id, text } = unsent[0];
      if (isPlain) sendByForm(unsent[0]);
      else if (socket?.readyState === WebSocket.OPEN) {
        sending = client_id;
        say("say", { client_id, text, ...(isSeen() && { upto: last }) });
      }
    }

    async function sendByForm(one) {
      sending = one.client_id;
      const outcome = await plain.send(one).catch(() => ({ type: "away" }));
      if (outcome.type === "refused") return refused(outcome);
      if (outcome.type === "kept") {
        lines.drop(one.client_id); // it stands in the page that answered
        return kept(one.client_id);
      }
      sending = null;
      if (outcome.type === "over") end();
      else setTimeout(sendNext, TOO_FAST_MS);
    }

    function kept(id) {
      unsent = unsent.filter((one) => one.client_id !== id);
      keep();
      lines.settle(id);
      sending = null;
      markRead();
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
      else if (one) refusal.append(lines.element("p", "said-text", one.text)); // to be copied
      lines.drop(said.client_id);
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
        if (answer.ok) takeParts(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } catch {
        stale = true; // looked at again when the connection is back
      }
    }

    function takeParts(fresh) {
      for (const part of root.querySelectorAll("[data-part]")) {
        const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
        if (!other || part.innerHTML === other.innerHTML) continue;
        const had = part.contains(document.activeElement);
        part.replaceWith(other);
        if (had) (box || root).focus();
      }
    }

    function take(fresh) {
      takeParts(fresh);
      for (const [side, position] of lines.take(fresh)) heardOf(side, position);
    }

    form?.addEventListener("submit", (event) => {
      const one = { client_id: newId(), text: box.value.replace(NO_TEXT, "").trim(), at: new Date().toISOString() };
      const bytes = new TextEncoder().encode(JSON.stringify({ type: "say", ...one })).length;
      form.elements.upto.value = last;
      if (bytes > MOST_BYTES) return; // the form itself takes it
      event.preventDefault();
      delete form.dataset.sent;
      refusal.textContent = "";
      if (one.text) {
        unsent.push(one);
        keep();
        put(one);
        box.value = "";
        box.dispatchEvent(new Event("input"));
        sendNext();
      }
      box.focus();
    });
    box?.addEventListener("input", () => {
      if (!CSS.supports("field-sizing", "content")) {
        box.style.height = "auto"; // it grows with what is written
        box.style.height = `${box.scrollHeight}px`;
      }
      if (Date.now() - wroteAt < WRITING_EVERY_MS || !box.value) return;
      wroteAt = Date.now();
      say("writing");
    });
    box?.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    document.addEventListener("visibilitychange", () => {
      clearTimeout(leaving);
      if (document.hidden) {
        if (own === "shopper") leaving = setTimeout(() => turn(() => (isAway = true)), AWAY_AFTER_MS);
        return;
      }
      turn(() => (isAway = false));
      if (isSeen()) count(0);
      if (stale) look();
      noteRead();
      connect();
    });
    addEventListener("offline", () => socket && cut());
    addEventListener("online", () => ((tries = 0), connect()));
    addEventListener("pagehide", () => ((socket = null), clearTimeout(again)));
    addEventListener("pageshow", (event) => event.persisted && connect());
    root.classList.add("talk-live");
    if (form) unsent.forEach(put);
    connect();

    // The socket says from its beginning whether it stands before somebody's eyes.
    function turn(change) {
      const before = isFolded || isAway;
      change();
      if (before === (isFolded || isAway)) return;
      socket?.close();
      socket = null;
      if (!isPlain) sending = null;
      tries = 0;
      connect();
    }
    return {
      fold: () => turn(() => (isFolded = true)),
      unfold() {
        turn(() => (isFolded = false));
        count(0);
      },
    };
  }

  window.attachTalk = attach;
  const there = document.getElementById("talk");
  if (there?.dataset.live) attach(there);
})();
