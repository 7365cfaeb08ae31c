// Nobody needs this script: without it each scan is an ordinary form. With it the page stays where it is, codes that are
// scanned in a hurry wait their turn, a lost connection is bridged, and each answer is heard.
"use strict";
(() => {
  const RETRY_MS = 3000, LOOK_MS = 5000, SEEN_MS = 2000, LEAVES = /^\s*(cmd)?\s*(done|next)\s*$/i;
  const waiting = [], refused = [];
  let busy = false, sound = null, last = null;

  const field = () => document.getElementById("code");
  const showOffline = (lost) => { document.getElementById("offline").hidden = !lost; };

  function hear(tone) {
    if (!tone || !window.AudioContext) return;
    sound ||= new AudioContext();
    const good = tone === "good", note = sound.createOscillator(), loudness = sound.createGain();
    note.frequency.value = good ? 880 : 220;
    note.type = good ? "sine" : "square";
    loudness.gain.value = 0.15;
    note.connect(loudness).connect(sound.destination);
    note.start();
    note.stop(sound.currentTime + (good ? 0.1 : 0.5));
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const typed = field()?.value ?? "";  // half a code: the scanner does not wait for an answer
    for (const part of ["#content-main", "#content > h1"]) {
      const [before, after] = [document.querySelector(part), page.querySelector(part)];
      if (before && after) before.replaceWith(document.adoptNode(after));
    }
    if (field()) field().value = typed;
    (field() || document.querySelector("[data-next]"))?.focus();
    hear(document.getElementById("told")?.dataset.tone);
  }

  // A refusal that the next answer covers at once is read all the same: it stays in a list until it was seen.
  function keepRefusals(scan) {
    if (last && Date.now() - last.at < SEEN_MS) refused.push(last);
    const told = document.getElementById("told");
    last = told?.dataset.tone === "refused"
      ? { code: scan.says.code, words: told.lastElementChild.textContent, at: Date.now() } : null;
    document.querySelector("#refused ul").replaceChildren(...refused.map(({ code, words }) => {
      const item = document.createElement("li");
      item.textContent = code ? `${code}: ${words}` : words;
      return item;
    }));
    document.getElementById("refused").hidden = !refused.length;
  }

  function showWaiting() {
    const line = document.getElementById("waiting"), number = waiting.length - (busy ? 1 : 0);
    line.textContent = number > 0 ? `${number} more ${number === 1 ? "scan waits" : "scans wait"} for an answer.` : "";
  }

  // The newest form's revision goes with each scan, so that what was sent twice by a bad line is done once.
  function formOf(scan) {
    const form = document.getElementById("scan");
    if (!form) return null;
    const data = new FormData(form);
    for (const [name, value] of Object.entries(scan)) data.set(name, value);
    return data;
  }

  async function work() {
    if (busy || !waiting.length) { showWaiting(); return; }
    busy = true;
    showWaiting();
    const scan = waiting[0], data = scan.sent || formOf(scan.says);
    if (!data) { waiting.length = 0; busy = false; return; }
    scan.sent = data;
    try {
      const answer = await fetch(location.href, { method: "POST", body: data });
      waiting.shift();
      showOffline(false);
      if (answer.redirected || !answer.ok) { location.assign(answer.redirected ? answer.url : location.href); return; }
      show(await answer.text());
      keepRefusals(scan);
    } catch {
      showOffline(true);
      setTimeout(() => { busy = false; work(); }, RETRY_MS);
      return;
    }
    busy = false;
    work();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-scan]");
    if (!form) return;
    const button = event.submitter, says = {};
    if (button?.name) {
      says[button.name] = button.value;
      if (form.id !== "scan") says.offered = form.elements.offered.value;
    }
    says.code = form.elements.code?.value ?? "";
    // What ends on another page goes there by itself, unless other scans are still on their way.
    const leaves = button?.hasAttribute("data-leaves") || (!says.command && LEAVES.test(says.code));
    if (leaves && !waiting.length && navigator.onLine) return;
    event.preventDefault();
    if (!says.command && !says.code.trim()) return;
    if (field()) field().value = "";
    field()?.focus();  // not the button that was pressed: the Enter of the next scan would press it again
    waiting.push({ says });
    work();
  });
  // Wherever the packer last tapped, the next scan goes into the field; the space bar presses buttons.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea"), letter = event.key.length === 1 && event.key !== " ";
    if (!typing && letter && !event.ctrlKey && !event.metaKey && !event.altKey) field()?.focus();
  });
  document.getElementById("seen").addEventListener("click", () => {
    refused.length = 0;
    document.getElementById("refused").hidden = true;
    (field() || document.querySelector("[data-next]"))?.focus();
  });
  // An order that is cancelled meanwhile stops the packer before the next scan does.
  if (location.pathname.startsWith("/admin/packing/")) setInterval(async () => {
    if (busy || waiting.length || document.hidden || !field()) return;
    try {
      const answer = await fetch(location.href), page = answer.ok && !answer.redirected ? await answer.text() : "";
      if (page.includes("data-stop") && !busy && !waiting.length) show(page);
    } catch { /* the network is away: the next look may find it */ }
  }, LOOK_MS);
  window.addEventListener("offline", () => showOffline(true));
  window.addEventListener("online", () => { showOffline(false); work(); });
})();
