// The queue is looked at again every few seconds while somebody can see it: the store answers 304 for as long as it is as it was.
// Filters, and what has the focus, stay; how many wait is said once when it changes. Without this file: a page as any other.
"use strict";
(() => {
  const EVERY_MS = 1000, AT_MOST_MS = 30_000;
  let failures = 0, planned = null;

  const part = (id, of = document) => of.getElementById(id);

  function plan() {
    clearTimeout(planned);
    if (document.hidden) return;
    const pause = Math.min(EVERY_MS * 2 ** failures, AT_MOST_MS);
    planned = setTimeout(look, pause * (0.9 + 0.2 * Math.random()));
  }

  async function look() {
    try {
      const answer = await fetch(location.href, { headers: { "If-None-Match": part("number").dataset.mark } });
      if (answer.redirected || answer.status === 403) { location.reload(); return; }  // logged out, or not ours any more
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(answer.status);
        show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
      failures = 0;
    } catch { failures += 1; }
    part("stale").hidden = failures < 3;
    plan();
  }

  function show(page) {
    const before = part("waiting").textContent, held = part("rows").contains(document.activeElement) ? document.activeElement : null;
    for (const id of ["number", "rows"]) part(id).replaceWith(document.adoptNode(part(id, page)));
    part("pick_list").hidden = part("pick_list", page).hidden;
    document.title = page.title;
    if (held) {
      const same = [...part("rows").querySelectorAll("a")].find((link) => link.href === held.href);
      (same || part("rows")).focus({ preventScroll: true });
    }
    const now = part("waiting").textContent;
    if (now !== before) part("news").textContent = now;
  }

  document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(planned); else look(); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  plan();
})();
