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

// A choice in the list's tools takes effect at once.
document.querySelectorAll("[data-submit]").forEach((control) => {
  control.addEventListener("change", () => control.form.requestSubmit());
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

// After a refused form the reader starts at its errors.
document.getElementById("errors")?.focus();
