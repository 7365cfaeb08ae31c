/* Below the width of a desk the filters stand above their list, folded; else beside it and open. Not deferred, so that
   nothing jumps; without it they are open below the list. */
"use strict";
{
  const filters = document.getElementById("changelist-filter");
  const list = filters.parentElement.querySelector(".changelist-form-container");
  const narrow = matchMedia("(max-width: 1024px)");
  const arrange = () => {
    filters.querySelector(".fold").open = !narrow.matches;
    if (narrow.matches) list.before(filters); else list.after(filters);
  };
  narrow.addEventListener("change", arrange);
  arrange();
}
