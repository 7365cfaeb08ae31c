// On a small window the filters of a list fold up above it. Without a script they stand below it, open.
"use strict";
for (const filters of document.querySelectorAll("details.filters")) {
    const isSmall = matchMedia("(max-width: 1023px)");
    const fold = () => {
        filters.classList.toggle("folds", isSmall.matches);
        filters.open = !isSmall.matches;
    };
    fold();
    isSmall.addEventListener("change", fold);
}
