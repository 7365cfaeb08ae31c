"""Checkout, my orders and the page of one order."""

import logging
from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.accounts import addresses
from shop.cart import operations as changing
from shop.cart import queries as carts
from shop.cart import visitors
from shop.cart.operations import CartRefused
from shop.cart.queries import Basket
from shop.catalogue.availability import Hearing
from shop.orders import cancelling, countries, holding, operations, queries
from shop.orders.forms import CheckoutForm, first_values
from shop.orders.models import Order
from shop.orders.states import State
from shop.pages.paging import nearest_page
from shop.payments import operations as paying
from shop.payments import queries as payments
from shop.payments.gateways import PATIENT, NoSuchGateway
from store_client import HoldLine

log = logging.getLogger(__name__)

ORDERS_PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _adjust(request) if "adjust" in request.POST else _place(request)
    basket = carts.basket_of(request)
    if not basket.lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart:page")
    entries, last = addresses.addresses_of(request.user), queries.last_order_of(request.user)
    named = [entry for entry in entries if str(entry.pk) == request.GET.get("address")]
    address = next(iter(named or entries), None)
    values = first_values(last, address, request.user, gateway=payments.last_gateway(last))
    form = CheckoutForm(initial=values, user=request.user, currency=basket.currency)
    return _checkout_page(request, form, basket, entries=entries)


def _place(request: HttpRequest) -> HttpResponse:
    basket, theirs = carts.basket_of(request), carts.cart_of(request)
    form = CheckoutForm(request.POST, user=request.user, currency=basket.currency)
    if not form.is_valid():
        return _checkout_page(request, form, basket, status=400)
    # They order what they saw: a price that changed meanwhile is shown first.
    if theirs is None or not basket.lines or str(basket.total) != request.POST.get("seen_total"):
        return _repeat_or_show(request, form, basket, "Your cart has changed. Please look at it and order again.")
    if placed := queries.placed_with(form.cleaned_data["checkout_key"], _buyer(request)):
        return _thanks(request, placed, gateway=form.chosen_gateway)
    try:
        held = _hold(form, basket)
    except holding.NotHeld as refusal:
        told = "Some books cannot be had as you wanted them. Please choose, then order again."
        return _repeat_or_show(request, form, _with_free(basket, refusal), told if refusal.free else str(refusal))
    try:
        order = operations.place_order(
            cart=theirs,
            buyer=_buyer(request),
            email=form.cleaned_data.get("email") or request.user.email,
            ship_to=form.ship_to,
            note=form.cleaned_data["note"],
            checkout_key=form.cleaned_data["checkout_key"],
            now=timezone.now(),
            payment=form.chosen_payment,
            held=held,
        )
    except operations.NotForSale:
        told = "Some books cannot be had as you wanted them. Please choose, then order again."
        return _repeat_or_show(request, form, carts.basket_of(request), told)
    except (operations.CannotOrder, CartRefused) as refusal:
        if held:
            operations.abandon_hold(form.cleaned_data["checkout_key"], now=timezone.now())
        return _repeat_or_show(request, form, carts.basket_of(request), str(refusal))
    if order.user_id:
        addresses.remember_address(request.user, vars(form.ship_to), now=timezone.now())
    return _thanks(request, order, gateway=form.chosen_gateway)


def _hold(form: CheckoutForm, basket: Basket) -> operations.Held | None:
    """This function will ask the store for the copies; None if it did not answer in time, or need not be asked.

    :raises holding.NotHeld: naming what is short.
    """
    if basket.lines_too_many or any(line.book.is_retired for line in basket.lines):
        return None
    lines = [HoldLine(place, line.book_id, line.quantity) for place, line in enumerate(basket.lines, start=1)]
    try:
        holding.hold(holding.order_number(form.cleaned_data["checkout_key"]), lines)
    except holding.CannotAsk as error:
        log.warning("An order is taken without asking the store: %s", error)
        return None
    return operations.Held({line.book: line.quantity for line in lines})


def _with_free(basket: Basket, refusal: holding.NotHeld) -> Basket:
    """The basket with what the store has just said it has left."""
    for place, line in enumerate(basket.lines, start=1):
        line.book.available = refusal.free.get(place, line.book.available)
    return basket


def _repeat_or_show(request: HttpRequest, form: CheckoutForm, basket: Basket, told: str) -> HttpResponse:
    """This function will answer the order that this very form made before, or show the page again with the reason."""
    if placed := queries.placed_with(form.cleaned_data["checkout_key"], _buyer(request)):
        return _thanks(request, placed, gateway=form.chosen_gateway)
    if not basket.lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart:page")
    return _checkout_page(request, form, basket, told=told, status=409)


def _thanks(request: HttpRequest, order: Order, *, gateway: str) -> HttpResponse:
    """Whoever is to pay now goes on to do so. A bank transfer is chosen with the order: no button is left to forget."""
    queries.remember(request, order)
    if order.is_payable(timezone.now()):
        if gateway in PATIENT:
            with suppress(paying.NotPayable, NoSuchGateway):  # the pay page says what is possible then
                return redirect(paying.start(order, gateway, now=timezone.now(), back=lambda key: ""))
        chosen = f"?{urlencode({'gateway': gateway})}" if gateway else ""
        return redirect(reverse("payments:pay", args=[order.pk]) + chosen)
    messages.success(request, f"Thank you. We received your order {order.reference}.")
    return redirect(order)


def _adjust(request: HttpRequest) -> HttpResponse:
    """This function will take what is left of a book, or drop it, and show the form as it was typed so far."""
    book, _, quantity = request.POST["adjust"].partition(":")
    theirs = carts.cart_of(request)
    if theirs is not None and book.isascii() and book.isdigit():
        try:
            if quantity == "0":
                changing.remove(theirs, book_id=int(book))
            else:
                changing.set_quantity(theirs, book_id=int(book), quantity=changing.quantity_from(quantity))
        except CartRefused as refusal:
            messages.error(request, str(refusal))
    basket = carts.basket_of(request)
    if not basket.lines:
        return redirect("cart:page")
    form = CheckoutForm(initial=request.POST.dict(), user=request.user, currency=basket.currency)
    return _checkout_page(request, form, basket)


def _checkout_page(
    request: HttpRequest, form: CheckoutForm, basket: Basket, *, told: str = "", status: int = 200, entries=None
) -> HttpResponse:
    """:param entries: the visitor's address book, if it was read already."""
    context = {
        "form": form,
        "checkout_key": form.key_or_new,
        "addresses": addresses.addresses_of(request.user) if entries is None else entries,
        "basket": basket,
        "cart_count": basket.copies,
        "hearing": Hearing.latest(now=timezone.now()),
        "told": told,
    }
    return render(request, "orders/checkout.html", context, status=status)


def _buyer(request: HttpRequest):
    return request.user if request.user.is_authenticated else None


@login_required
@require_safe
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    paginator = Paginator(queries.orders_of(request.user), ORDERS_PER_PAGE)
    page = paginator.page(nearest_page(request.GET.get("page", ""), paginator.num_pages))
    return render(request, "orders/orders.html", {"page": page})


@require_safe
@never_cache
def order(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will show an order to its owner, or to who has its signed link (L28: to nobody else)."""
    token = request.GET.get("key", "")
    found = _seen(request, number, token=token)
    if token:
        queries.remember(request, found)
    now, reasons = timezone.now(), queries.reasons_of(found)
    state = found.state_at(now)
    context = {
        "order": found,
        "state": state,
        "can_pay": found.is_payable(now),
        "time_left": payments.time_left(found, now=now) if found.is_payable(now) else "",
        "pay_by": payments.pay_by(found, now=now) if found.is_payable(now) else "",
        "transfer": payments.transfer_of(found) if found.is_payable(now) else None,
        "paid": payments.paid_for(found),
        "refunds": payments.refunds_of(found),
        "part": queries.part_of(found),
        "rows": [(line, reasons.get(line.position, "")) for line in found.lines.all()],
        "can_cancel": cancelling.can_cancel(found, now=now),
        "can_restore": state == State.EXPIRED and not found.restored_at,
        "country": countries.NAMES.get(found.ship_country, found.ship_country),
        "steps": queries.timeline(found),
        "next": queries.what_comes_next(found),
    }
    return render(request, "orders/order.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will ask whether the order is really to be cancelled, and cancel it when told so."""
    found = _seen(request, number)
    if request.method != "POST":
        if not cancelling.can_cancel(found, now=timezone.now()):
            return redirect(found)
        return render(request, "orders/cancel.html", {"order": found})
    try:
        cancelled = cancelling.cancel(found, now=timezone.now())
    except cancelling.TooLate as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if cancelled.state == State.CANCELLED:
        messages.success(request, f"Order {found.reference} is cancelled.")
    else:
        messages.info(request, "We asked the warehouse to stop your order. You hear its answer by e-mail.")
    return redirect(found)


@require_POST
def restore(request: HttpRequest, number: UUID) -> HttpResponse:
    """This function will put the books of an order that was not paid in time back into the visitor's cart."""
    found = _seen(request, number)
    try:
        is_back = operations.restore_cart(found, visitors.cart_for_writing(request), now=timezone.now())
    except CartRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    if is_back:
        messages.success(request, "The books are back in your cart.")
    return redirect("cart:page")


def _seen(request: HttpRequest, number: UUID, *, token: str = "") -> Order:
    """L28: the order of its owner, or of who holds its signed link, and of nobody else."""
    found = queries.order_of(queries.Viewer.of(request), number, token=token)
    if found is None:
        raise Http404("No such order.")
    return found
