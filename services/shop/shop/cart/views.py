"""The cart's page and its changes: by htmx without a reload, by plain forms without JavaScript."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from shop.cart import operations, queries, visitors
from shop.cart.models import CartLine
from shop.cart.operations import BadQuantity, CartRefused
from shop.catalogue.availability import Hearing
from shop.pages.addresses import key_from, way_back

LONGEST_TYPED = 20
STEPS = {"+1": 1, "-1": -1}


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    return _cart(request)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    book_id = key_from(request.POST.get("book", ""))
    try:
        quantity = operations.quantity_from(request.POST.get("quantity", "1"))
        line = operations.add(visitors.cart_for_writing(request), book_id=book_id, quantity=quantity)
    except CartRefused as refusal:
        return _refused(request, refusal)
    copies = "1 copy" if quantity == 1 else f"{quantity} copies"
    messages.success(request, f"{copies} of “{line.book}” put in your cart.", extra_tags="to-cart")
    if line.quantity > line.book.available:
        messages.warning(request, f"Only {line.book.available} are left, and your cart holds {line.quantity}.")
    if request.htmx:
        return render(request, "cart/_added.html")
    return redirect(way_back(request, "cart:page"))


@require_POST
def change(request: HttpRequest, book_id: int) -> HttpResponse:
    """This function will step by one (`by`) or set what was typed (`quantity`); none is a removal."""
    typed = request.POST.get("quantity", "")
    if "by" not in request.POST and operations.is_none(typed):
        return remove(request, book_id)
    cart = visitors.cart_for_writing(request)
    try:
        if "by" in request.POST:
            operations.step(cart, book_id=book_id, by=_step(request.POST["by"]))
        else:
            operations.set_quantity(cart, book_id=book_id, quantity=operations.quantity_from(typed))
    except CartRefused as refusal:
        return _cart(request, status=400, at=book_id, error=str(refusal), typed=typed)
    return _changed(request, at=book_id)


@require_POST
def remove(request: HttpRequest, book_id: int) -> HttpResponse:
    def take(cart):
        return operations.remove(cart, book_id=book_id)

    return _taken_out(request, take, at=book_id)


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    return _taken_out(request, operations.clear)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """This function will put back what was removed last, and say what comes back next."""
    now = timezone.now()
    if removal := visitors.last_removal(request, now=now):
        visitors.forget_last_removal(request, now=now)
        try:
            operations.put_back(visitors.cart_for_writing(request), removal.lines)
        except CartRefused as refusal:
            messages.error(request, str(refusal))
        else:
            before = visitors.last_removal(request, now=now)
            told = f"Back in your cart: {removal.what}." + (f" Removed before that: {before.what}." if before else "")
            messages.success(request, told, extra_tags="undo" if before else "")
    return _changed(request)


def _taken_out(request: HttpRequest, take, *, at: int | None = None) -> HttpResponse:
    try:
        taken = take(visitors.cart_for_writing(request))
    except CartRefused as refusal:
        return _cart(request, status=400, error=str(refusal))
    if taken:
        what = f"“{taken[0].book}”" if len(taken) == 1 else f"all {len(taken)} books"
        visitors.remember_for_undo(request, taken, what, now=timezone.now())
        messages.success(request, f"Removed from your cart: {what}.", extra_tags="undo")
    return _changed(request, at=at, taken=taken)


def _changed(request: HttpRequest, *, at: int | None = None, taken: Sequence[CartLine] = ()) -> HttpResponse:
    return _cart(request, at=at, taken=taken) if request.htmx else redirect("cart:page")


def _cart(
    request: HttpRequest,
    *,
    status: int = 200,
    at: int | None = None,
    error: str = "",
    typed: str = "",
    taken: Sequence[CartLine] = (),
) -> HttpResponse:
    """This function will show the cart; to htmx only what a change of the line `at` has made different.

    With the last of a currency that was `taken` the other lines have a problem less.
    """
    basket = queries.basket_of(request)
    line = next((line for line in basket.lines if line.book_id == at), None)
    if error and line is None:
        messages.error(request, error)
    context = {
        "basket": basket,
        "cart_count": basket.copies,
        "hearing": Hearing.latest(now=timezone.now()),
        "error_at": at if error else None,
        "error": error,
        "typed": typed[:LONGEST_TYPED],
        "line": line,
        "gone": at,
    }
    if not request.htmx:
        return render(request, "cart/cart.html", context, status=status)
    if at is not None and basket.lines and {line.book.currency for line in taken} <= {*basket.currencies}:
        return render(request, "cart/_line_changed.html", context, status=status)
    return retarget(reswap(render(request, "cart/_changed.html", context, status=status), "outerHTML"), "#cart")


def _refused(request: HttpRequest, refusal: CartRefused) -> HttpResponse:
    messages.error(request, str(refusal))
    template = "cart/_added.html" if request.htmx else "cart/refused.html"
    return render(request, template, {"back": way_back(request, "cart:page")}, status=400)


def _step(text: str) -> int:
    if text not in STEPS:
        raise BadQuantity
    return STEPS[text]
