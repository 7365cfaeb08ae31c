"use strict";
// Follows the orders on the page: what the shop hears of them is shown without loading the page again. Where no stream
// can be had, the page looks by itself every half minute; without this file it is a page as any other.

(() => {
  const LOOK_EVERY_MS = 30_000;
  const HIDDEN_FOR_MS = 30_000;
  const AGAIN_MS = 4_000;
  const AGAIN_AT_MOST_MS = 60_000;

  let source = null;
  let failures = 0;
  let refusals = 0;
  let fetching = false;
  let missed = false;
  let isOver = false;
  let again, away;

  const part = () => document.getElementById("followed");
  const orders = (root) => new Map([...root.querySelectorAll("[data-order]")].map((one) => [one.dataset.order, one]));
  // A list of all orders also shows those that are placed meanwhile.
  const isNewer = (order, edition) =>
    order ? Number(edition) > Number(order.dataset.edition) : part().hasAttribute("data-all");
  const spread = (milliseconds) => milliseconds * (0.5 + Math.random()); // so that not all come at once

  function connect() {
    clearTimeout(again);
    if (isOver || source || document.hidden || !("EventSource" in window)) return;
    source = new EventSource(part().dataset.live, { withCredentials: true });
    source.addEventListener("open", () => (failures = 0));
    source.addEventListener("order", (event) => {
      const told = JSON.parse(event.data);
      if (isNewer(orders(part()).get(told.order), told.edition)) look();
    });
    source.addEventListener("error", () => {
      // A cut connection is taken up again by the browser; one that was refused is not.
      if (source?.readyState !== EventSource.CLOSED) return;
      disconnect();
      again = setTimeout(connect, spread(Math.min(AGAIN_MS * 2 ** failures++, AGAIN_AT_MOST_MS)));
    });
  }

  function disconnect() {
    source?.close();
    source = null;
  }

  function end() {
    isOver = true;
    disconnect();
    clearTimeout(again);
    clearInterval(clock);
  }

  async function look() {
    if (isOver) return;
    missed = fetching;
    if (fetching) return;
    fetching = true;
    try {
      const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return end(); // not ours to see any more
      if (!answer.ok) throw new Error(answer.status);
      refusals = 0;
      show(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("followed"));
    } catch {
      setTimeout(look, spread(Math.min(AGAIN_MS * 2 ** refusals++, AGAIN_AT_MOST_MS)));
    } finally {
      fetching = false;
      if (missed) look();
    }
  }

  function show(fresh) {
    const before = orders(part());
    const news = [...orders(fresh)].filter(([number, order]) => isNewer(before.get(number), order.dataset.edition));
    if (!news.length) return;
    const held = part().contains(document.activeElement) ? document.activeElement : null;
    part().replaceWith(fresh);
    fresh.querySelectorAll("form[data-once]").forEach(sendOnce);
    if (held) {
      const same = [...fresh.querySelectorAll("a")].find((link) => link.href === held.href);
      (same || document.getElementById("content")).focus({ preventScroll: true });
    }
    document.getElementById("followed-news").textContent = news.map(([, order]) => order.dataset.says).join(" ");
    if (!fresh.dataset.live) end();
  }

  const clock = setInterval(() => {
    if (!document.hidden && source?.readyState !== EventSource.OPEN) look();
  }, LOOK_EVERY_MS);

  document.addEventListener("visibilitychange", () => {
    clearTimeout(away);
    if (document.hidden) away = setTimeout(disconnect, HIDDEN_FOR_MS);
    else connect();
  });
  addEventListener("online", connect);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);
  connect();
})();
