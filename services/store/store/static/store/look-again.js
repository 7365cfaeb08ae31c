// While something is worked on, its sentence and bar are read anew; when it is elsewhere, the whole page is.
(function () {
  "use strict";
  const EVERY_MS = 3000;
  async function look() {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#now[data-look-again]");
      if (!fresh || !answer.ok) { location.reload(); return; }
      const now = document.getElementById("now");
      if (now.innerHTML !== fresh.innerHTML) { now.replaceChildren(...fresh.childNodes); }
    } catch (error) { /* the network is away: the next look may find it */ }
    setTimeout(look, EVERY_MS);
  }
  setTimeout(look, EVERY_MS);
})();
