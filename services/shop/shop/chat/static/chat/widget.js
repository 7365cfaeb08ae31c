"use strict";
// “Talk to us about it” opens beside the order instead of in its place. What is shown is the page of the talk itself.

(() => {
  let panel, link, talk;

  // What comes while it is closed is said where it was opened.
  function count(event) {
    const own = document.querySelector("a[data-talk]");
    own?.querySelector(".talk-news")?.remove();
    if (!own || !event.detail) return;
    const news = document.createElement("strong");
    news.className = "talk-news";
    news.setAttribute("role", "status");
    news.textContent = `${event.detail} new`;
    own.append(" ", news);
  }

  async function show(answer) {
    if (!answer.ok && answer.status !== 400 && answer.status !== 429) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("main .reading");
    const heading = part.querySelector("h1");
    const lower = document.createElement("h2");
    lower.id = "panel-title";
    lower.textContent = heading.textContent;
    part.querySelector(".talk-log")?.setAttribute("aria-labelledby", "panel-title");
    heading.replaceWith(lower);
    part.querySelector("#own-talks")?.closest("section").remove();
    panel.querySelector(".panel-inside").replaceChildren(part);
    if (part.dataset.live) {
      part.addEventListener("talk:news", count);
      talk = window.attachTalk(part);
    } else part.querySelector("form").addEventListener("submit", begin);
    (part.querySelector("textarea") || panel).focus();
  }

  async function begin(event) {
    event.preventDefault();
    try {
      await show(await fetch(event.target.action, { method: "POST", body: new FormData(event.target) }));
    } catch {
      event.target.submit();
    }
  }

  function make() {
    panel = document.createElement("dialog");
    panel.className = "talk-panel";
    panel.setAttribute("aria-labelledby", "panel-title");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-quiet panel-close";
    close.textContent = "Close";
    close.addEventListener("click", () => panel.close());
    const inside = document.createElement("div");
    inside.className = "panel-inside";
    panel.append(close, inside);
    panel.addEventListener("keydown", (event) => event.key === "Escape" && panel.close());
    panel.addEventListener("close", () => {
      talk?.fold();
      document.querySelector("a[data-talk]")?.focus();
    });
    document.body.append(panel);
  }

  document.addEventListener("click", async (event) => {
    link = event.target.closest?.("a[data-talk]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!panel) make();
    try {
      if (!panel.querySelector(".reading")) await show(await fetch(link.href));
      panel.show();
      talk?.unfold();
      panel.querySelector("textarea")?.focus();
    } catch {
      location.href = link.href;
    }
  });
})();
