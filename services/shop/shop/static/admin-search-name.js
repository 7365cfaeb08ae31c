// The field in which one types to find a row is named as the field that it fills.
"use strict";
django.jQuery($ => {
    for (const select of document.querySelectorAll("select.admin-autocomplete")) {
        const name = select.labels[0]?.textContent.replace(":", "").trim();
        $(select).next(".select2-container").find(".select2-search__field").attr("aria-label", name);
    }
});
