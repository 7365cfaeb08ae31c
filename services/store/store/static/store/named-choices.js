/* Select2 draws a box over a list to choose from, without a name and outside of the page's parts: it gets the name of the
   list's label, and opens within the page's main part. */
"use strict";
{
  const lists = () => document.querySelectorAll("select.admin-autocomplete");
  const name = (label, parts) => parts.forEach((part) => part.setAttribute("aria-labelledby", label.id));

  const nameBox = (select) => {
    const box = select.nextElementSibling, label = select.labels[0];
    if (!box?.matches(".select2") || !label) return;
    label.id ||= `label-of-${select.id}`;
    name(label, box.querySelectorAll(".select2-search__field, .select2-selection__rendered[role=textbox]"));
    // A single choice is read out after the label.
    const chosen = box.querySelector(".select2-selection--single .select2-selection__rendered");
    if (chosen) box.querySelector(".select2-selection").setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
  };
  const nameOpened = ({ target: select }) => {
    const offered = document.querySelector(".select2-container--open .select2-dropdown");
    const found = offered.querySelector("[role=listbox]");
    name(select.labels[0], offered.querySelectorAll(".select2-search__field, [role=listbox]"));
    select.nextElementSibling.querySelector(".select2-selection").setAttribute("aria-controls", found.id);
  };

  lists().forEach((select) => {
    select.dataset.dropdownParent = "#content";
    // A button to take all away at once would stand in the list of choices; each has a button of its own.
    if (select.multiple) select.dataset.allowClear = "false";
  });
  // In this order: jQuery first calls Django's own script, which draws the boxes.
  django.jQuery(() => {
    lists().forEach(nameBox);
    django.jQuery(document).on("select2:open", nameOpened);
  });
}
