"use strict";
// Comforts only: every page works without this file.

document.documentElement.classList.add("js");
const region = document.getElementById("messages");

// What htmx could not do is said where messages are read out.
function tell(sentence) {
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  const words = document.createElement("p");
  words.textContent = sentence;
  notice.append(words);
  region.replaceChildren(notice);
}

document.addEventListener("htmx:sendError", () => tell("We could not reach the shop. Please try again."));
document.addEventListener("htmx:responseError", (event) => {
  const stale = event.detail.xhr.status === 403;
  tell(stale ? "This page is out of date. Please load it again." : "That did not work. Please try again.");
});

// A number typed in the cart is sent when it changes, which Enter does too; sending it twice would hide its error.
document.addEventListener("submit", (event) => {
  if (window.htmx && event.target.matches(".set-quantity")) event.preventDefault();
});

// A choice in the list's tools takes effect at once, but not while arrow keys walk through what there is to choose: Enter
// takes it then, or the button beside it.
document.querySelectorAll("[data-submit]").forEach((control) => {
  let byKeys = false;
  control.addEventListener("pointerdown", () => (byKeys = false));
  control.addEventListener("keydown", (event) => {
    byKeys = true;
    if (event.key === "Enter") control.form.requestSubmit();
  });
  control.addEventListener("change", () => byKeys || control.form.requestSubmit());
});

// A button that cannot go further stays where the focus is, and does nothing.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest("button[aria-disabled=true]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// Where the focus goes when what had it is gone from the cart: to the line that follows, else to Undo, else to the heading.
let line = -1;
document.addEventListener("htmx:beforeRequest", (event) => {
  const lines = [...document.querySelectorAll(".basket-line")];
  line = lines.indexOf(event.target.closest(".basket-line"));
});
document.addEventListener("htmx:afterRequest", () => {
  const lost = !document.activeElement || document.activeElement === document.body;
  if (!lost || !document.getElementById("cart")) return;
  const lines = document.querySelectorAll(".basket-line");
  const next = line < 0 ? null : lines[Math.min(line, lines.length - 1)]?.querySelector(".quantity");
  const heading = document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  (next ?? region.querySelector("button") ?? heading)?.focus();
});

// The second click of a double click waits for the answer to the first. Coming back by the browser's history frees it.
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}
document.querySelectorAll("form[data-once]").forEach(sendOnce);

// What was typed at the checkout is kept when its page is left by any way but its own buttons, which send it themselves.
document.querySelectorAll("form[data-keep]").forEach((form) => {
  let isNew = false;
  form.addEventListener("input", () => (isNew = true));
  form.addEventListener("submit", () => (isNew = false));
  const keep = () => {
    if (isNew) navigator.sendBeacon(form.dataset.keep, new FormData(form));
    isNew = false;
  };
  addEventListener("pagehide", keep);
  // Telephones end pages that are out of sight without another word.
  document.addEventListener("visibilitychange", () => document.hidden && keep());
});

// After a refused form the reader starts at its errors.
document.getElementById("errors")?.focus();
