// Swagger UI for everybody: dark when the reader's screen is, headings in order, no link within a button, and a name for
// every field.
"use strict";
{
  const night = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark-mode", night.matches);
  dress();
  night.addEventListener("change", dress);

  const ForEverybody = ({ React: { createElement } }) => ({
    wrapComponents: {
      // A door's path stands in the button that unfolds it, which writes the same address as the link would.
      DeepLink: Original => props =>
        props.path.includes("/") ? createElement("span", { className: "nostyle" }, props.text) : createElement(Original, props),
      InfoContainer: Original => props =>
        createElement(
          "section",
          { "aria-label": "The API" },
          createElement(Original, props),
          createElement("h2", { className: "doors-heading" }, "Doors"),
        ),
    },
  });
  const begin = window.SwaggerUIBundle;
  window.SwaggerUIBundle = Object.assign(
    options => begin({ ...options, plugins: [...options.plugins, ForEverybody] }),
    begin,
  );

  // What is unfolded later is drawn later.
  const NAMES = { "select.examples-select-element": "Example", "textarea.body-param__text": "Body", ".close-modal": "Close" };
  const name = () => {
    for (const [selector, words] of Object.entries(NAMES)) {
      for (const found of document.querySelectorAll(`${selector}:not([aria-label])`)) found.setAttribute("aria-label", words);
    }
    for (const dialog of document.querySelectorAll(".modal-ux:not([role])")) {
      dialog.setAttribute("role", "dialog");
      dialog.setAttribute("aria-label", dialog.querySelector("h3")?.textContent ?? "Authorize");
    }
    // They are called by what they show.
    for (const button of document.querySelectorAll(".auth-btn-wrapper button[aria-label]")) button.removeAttribute("aria-label");
    for (const code of document.querySelectorAll("pre.microlight:not([tabindex]), pre.curl:not([tabindex])")) code.tabIndex = 0;
  };
  const page = document.getElementById("swagger-ui");
  new MutationObserver(name).observe(page, { childList: true, subtree: true });
}
