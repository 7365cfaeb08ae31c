"use strict";
// The desk hears of who waits: its lists are shown anew, and the browser tells it too, once somebody has asked it to.

(() => {
  const AGAIN_MS = 2_000;
  const AGAIN_AT_MOST_MS = 60_000;
  const desk = document.querySelector('meta[name="desk"]');
  const address = desk?.content;
  const tells = desk?.hasAttribute("data-tells"); // as the employee has chosen
  const place = document.getElementById("content-main");
  const board = place?.hasAttribute("data-board");
  let news = document.getElementById("board-news");
  let tries = 0;
  if (!address || !place) return;

  if (!news) {
    news = document.createElement("p");
    news.id = "board-news";
    news.className = "at";
    news.setAttribute("role", "status");
    place.before(news);
  }

  function connect() {
    const source = new EventSource(address, { withCredentials: true });
    source.addEventListener("open", () => (tries = 0));
    source.addEventListener("desk", (event) => {
      forget(JSON.parse(event.data).waits);
      look();
    });
    source.addEventListener("waiting", (event) => tell(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      if (tries) isStillOurs(); // once may be a moment's trouble
      setTimeout(connect, Math.min(AGAIN_MS * 2 ** tries++, AGAIN_AT_MOST_MS) * (0.5 + Math.random()));
    });
  }

  // Who has logged out elsewhere, or may not answer any more, is not at the desk, and is told so.
  async function isStillOurs() {
    try {
      const answer = await fetch(location.href, { method: "HEAD" });
      if (!answer.redirected && answer.status !== 403) return;
    } catch {
      return; // the shop is away
    }
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Log in again";
    news.replaceChildren("You are not at the desk any more, and hear nothing of it. ", link);
    document.querySelector('[data-part="verdict"]')?.remove();
  }

  // A colleague has taken it meanwhile.
  function forget(waits) {
    const link = news.querySelector("a[data-room]");
    if (waits && link && !waits.includes(link.dataset.room)) news.replaceChildren();
  }

  async function look() {
    if (!board) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-part]")) {
        const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
        if (!other || part.innerHTML === other.innerHTML) continue;
        const held = part.contains(document.activeElement) ? document.activeElement.href : null;
        part.replaceWith(other);
        if (held) [...other.querySelectorAll("a")].find((link) => link.href === held)?.focus();
      }
    } catch {
      // The stream says when there is something new again.
    }
  }

  function tell({ room, words, url, yours }) {
    const isOpen = document.getElementById("talk")?.dataset.room === room;
    if (!tells || (isOpen && !document.hidden)) return; // or it is before their eyes
    const link = document.createElement("a");
    link.href = url;
    link.textContent = words;
    if (!yours) link.dataset.room = room;
    if (!isOpen) news.replaceChildren(link);
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const notice = new Notification("Bookshop", { body: words, tag: room });
    notice.addEventListener("click", () => {
      window.focus();
      location.href = url;
    });
  }

  // Put where the cursor is; without this file it takes the place of what was written.
  document.querySelector("form.canned")?.addEventListener("submit", (event) => {
    const box = document.querySelector(".talk-form textarea");
    const chosen = event.target.querySelector("option:checked");
    if (!box || !chosen) return;
    event.preventDefault();
    box.setRangeText(chosen.dataset.text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });

  // Asked for by a button, and never when the page is loaded.
  if (board && tells && "Notification" in window && Notification.permission === "default") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = "Let the browser tell me who waits";
    button.addEventListener("click", async () => {
      await Notification.requestPermission();
      button.remove();
    });
    place.querySelector(".buttons")?.append(button);
  }
  connect();
})();
