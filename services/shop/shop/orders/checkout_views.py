"""The checkout: one page that is shown again, with all that was typed, until it is an order."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from shop.accounts import addresses
from shop.accounts.models import Address
from shop.cart import operations as changing
from shop.cart import queries as carts
from shop.cart.operations import CartRefused
from shop.cart.queries import Basket
from shop.catalogue.availability import Hearing
from shop.coupons import visitors as coupons
from shop.coupons.operations import CouponRefused
from shop.orders import holding, operations, ordering, queries, typed
from shop.orders.forms import CheckoutForm, first_values
from shop.orders.models import Order
from shop.pages.addresses import key_from
from shop.payments import queries as payments
from shop.payments.going import go_to, to_ways

SHORT = "Some books cannot be had as you wanted them. Please choose, then order again."
CHANGED = "Your cart has changed. Please look at it and order again."
MIXED = "Your cart holds prices in several currencies. An order takes one: please remove the others first."
WAYS_IN = {"log-in": "account_login", "register": "account_signup"}
CHANGES = {"adjust", "apply", "drop", "address"}
NEW_TOTAL = "The total has changed. Please look at it and order again."


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        if "leave" in request.POST:
            return _leave(request)
        return _change(request) if CHANGES & request.POST.keys() else _place(request)
    basket = carts.basket_of(request)
    if not basket.lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart:page")
    if basket.is_mixed:
        messages.error(request, MIXED)
        return redirect("cart:page")
    entries = addresses.addresses_of(request.user)
    named = [entry for entry in entries if str(entry.pk) == request.GET.get("address")]
    before = typed.kept(request, now=timezone.now())
    if named:  # they have just pressed it
        before = {name: value for name, value in before.items() if name not in addresses.PARTS}
    values = _first_values(request, named or entries) | before
    values["coupon"] = coupons.remembered(request)
    form = CheckoutForm(initial=values, user=request.user, currency=basket.currency)
    refusal = _take_off(request, basket, values["coupon"], customer=_customer(request))
    coupons.remember(request, values["coupon"], basket.saving)
    return _Page(request, form, basket, coupon_error=refusal, entries=entries).show()


def _leave(request: HttpRequest) -> HttpResponse:
    """By a button of the page: to the cart, or to the log-in and back."""
    _keep(request, request.POST)
    way_in = WAYS_IN.get(request.POST["leave"])
    return redirect(f"{reverse(way_in)}?next={request.path}" if way_in else reverse("cart:page"))


@require_POST
@never_cache
def keep(request: HttpRequest) -> HttpResponse:
    """Where the page's script sends what was typed, when the page is left by any way."""
    if carts.cart_of(request) is not None:
        _keep(request, request.POST)
    return HttpResponse(status=204)


def _keep(request: HttpRequest, what: Mapping[str, str]) -> None:
    first = _first_values(request, addresses.addresses_of(request.user))
    typed.keep(request, what, first, now=timezone.now())


def _first_values(request: HttpRequest, entries: list[Address]) -> dict:
    """:param entries: of their address book, the one to send it to first."""
    last = queries.last_order_of(request.user)
    return first_values(last, next(iter(entries), None), request.user, gateway=payments.last_gateway(last))


def _place(request: HttpRequest) -> HttpResponse:
    basket = carts.basket_of(request)
    form = CheckoutForm(request.POST, user=request.user, currency=basket.currency)
    if form.is_valid() and (placed := _placed_before(request, form)):
        return _thanks(request, placed, gateway=form.chosen_gateway)
    code = form.cleaned_data.get("coupon", "")
    basket.saving = coupons.shown(request, code)
    is_new = bool(code) and basket.saving is None
    if is_new and (refusal := _take_off(request, basket, code, customer=_customer(request, form))):
        form.add_error("coupon", refusal)
    if form.errors:
        _keep(request, request.POST)
        return _Page(request, form, basket).show(status=400)
    if basket.is_mixed:
        return _repeat_or_show(request, form, basket, MIXED)
    # They order what they saw: a price that changed meanwhile is shown first.
    if not basket.lines or str(basket.total) != request.POST.get("seen_total"):
        coupons.remember(request, code, basket.saving)
        return _repeat_or_show(request, form, basket, NEW_TOTAL if is_new else CHANGED)
    return _order(request, form, basket)


def _order(request: HttpRequest, form: CheckoutForm, basket: Basket) -> HttpResponse:
    try:
        order = ordering.order(
            basket.lines,
            buyer=_buyer(request),
            email=form.cleaned_data.get("email") or request.user.email,
            agreed=basket.total,
            now=timezone.now(),
            **form.wishes,
        )
    except holding.NotHeld as refusal:
        return _repeat_or_show(request, form, _with_free(basket, refusal), SHORT if refusal.free else str(refusal))
    except operations.NotForSale:
        return _repeat_or_show(request, form, _basket(request, form), SHORT)
    except (operations.CannotOrder, CartRefused, CouponRefused) as refusal:
        told = NEW_TOTAL if isinstance(refusal, CouponRefused) else str(refusal)
        return _repeat_or_show(request, form, _basket(request, form), told)
    coupons.remember(request, "", None)
    if _buyer(request):
        addresses.remember_address(request.user, vars(form.ship_to), now=timezone.now())
    return _thanks(request, order, gateway=form.chosen_gateway)


def _with_free(basket: Basket, refusal: holding.NotHeld) -> Basket:
    """The basket with what the store has just said it has left."""
    for place, line in enumerate(basket.lines, start=1):
        line.book.available = refusal.free.get(place, line.book.available)
    return basket


def _basket(request: HttpRequest, form: CheckoutForm) -> Basket:
    """What is in the cart by now, and at which price. A coupon that cannot be used any more is named beside its field."""
    basket = carts.basket_of(request)
    code = form.cleaned_data.get("coupon", "")
    if refusal := _take_off(request, basket, code, customer=_customer(request, form)):
        form.add_error("coupon", refusal)
    coupons.remember(request, code, basket.saving)
    return basket


def _repeat_or_show(request: HttpRequest, form: CheckoutForm, basket: Basket, told: str) -> HttpResponse:
    """This function will answer the order that this very form made before, or show the page again with the reason."""
    if placed := _placed_before(request, form):
        return _thanks(request, placed, gateway=form.chosen_gateway)
    _keep(request, request.POST)
    if not basket.lines:
        messages.info(request, "Your cart is empty.")
        return redirect("cart:page")
    return _Page(request, form, basket, told=told).show(status=409)


def _placed_before(request: HttpRequest, form: CheckoutForm) -> Order | None:
    """The order that this very form made before."""
    return queries.placed_with(form.cleaned_data["checkout_key"], _buyer(request), _customer(request, form))


def _thanks(request: HttpRequest, order: Order, *, gateway: str) -> HttpResponse:
    """Whoever is to pay now goes on to do so, at once where they have chosen a way: no second button asks them again."""
    queries.remember(request, order)
    typed.forget(request)
    if order.is_payable(timezone.now()):
        return go_to(request, order, gateway) if gateway else to_ways(order)
    messages.success(request, f"Thank you. We received your order {order.reference}.")
    return redirect(order)


def _change(request: HttpRequest) -> HttpResponse:
    """This function will change copies, or take a coupon, or an address of their book; what was typed so far stays."""
    if "adjust" in request.POST:
        _adjust(request, request.POST["adjust"])
    values = request.POST.dict()
    if "drop" in values:
        values["coupon"] = ""
    if entry := _own_address(request):
        values |= {name: getattr(entry, name) for name in addresses.PARTS}
    _keep(request, values)
    basket = carts.basket_of(request)
    if not basket.lines:
        return HttpResponseClientRedirect(reverse("cart:page")) if request.htmx else redirect("cart:page")
    code = values.get("coupon", "").strip()
    form = CheckoutForm(initial=values, user=request.user, currency=basket.currency)
    refusal = _take_off(request, basket, code, customer=_customer(request))
    coupons.remember(request, code, basket.saving)
    page = _Page(request, form, basket, coupon_error=refusal)
    status = 400 if refusal and "apply" in values else 200
    return page.show_sum(status=status) if request.htmx else page.show(status=status)


def _own_address(request: HttpRequest) -> Address | None:
    """The entry of their address book that the customer has pressed."""
    if "address" not in request.POST or not request.user.is_authenticated:
        return None
    return addresses.address_of(request.user, key_from(request.POST["address"]))


def _adjust(request: HttpRequest, wanted: str) -> None:
    book, _, quantity = wanted.partition(":")
    theirs = carts.cart_of(request)
    if theirs is not None and book.isascii() and book.isdigit():
        try:
            if quantity == "0":
                changing.remove(theirs, book_id=int(book))
            else:
                changing.set_quantity(theirs, book_id=int(book), quantity=changing.quantity_from(quantity))
        except CartRefused as refusal:
            messages.error(request, str(refusal))


def _take_off(request: HttpRequest, basket: Basket, code: str, *, customer: str) -> str:
    """This function will take a coupon off the basket's price, or say why it cannot be used."""
    try:
        basket.saving = coupons.saving_for(
            request, code, basket.goods, currency=basket.currency, customer=customer, now=timezone.now()
        )
    except CouponRefused as refusal:
        return str(refusal)
    return ""


def _customer(request: HttpRequest, form: CheckoutForm | None = None) -> str:
    """The e-mail address, as far as it is known."""
    if request.user.is_authenticated:
        return request.user.email
    return form.cleaned_data.get("email", "") if form else request.POST.get("email", "").replace("\0", "")


@dataclass
class _Page:
    """The page as it is to be shown.

    :ivar told: why it is shown again, if that belongs to no field.
    :ivar coupon_error: of a form that nobody has sent yet.
    :ivar entries: the visitor's address book, if it was read already.
    """

    request: HttpRequest
    form: CheckoutForm
    basket: Basket
    told: str = ""
    coupon_error: str = ""
    entries: list | None = None

    def show(self, *, status: int = 200) -> HttpResponse:
        entries = addresses.addresses_of(self.request.user) if self.entries is None else self.entries
        context = self._of_sum() | {
            "checkout_key": self.form.key_or_new,
            "addresses": entries,
            "told": self.told,
        }
        return render(self.request, "orders/checkout.html", context, status=status)

    def show_sum(self, *, status: int) -> HttpResponse:
        """The summary alone, for a page that stays as it is otherwise."""
        return render(self.request, "orders/_sum_changed.html", self._of_sum(), status=status)

    def _of_sum(self) -> dict:
        return {
            "form": self.form,
            "basket": self.basket,
            "cart_count": self.basket.copies,
            "coupon": self.form["coupon"].value() or "",
            "coupon_errors": [self.coupon_error] if self.coupon_error else self.form["coupon"].errors,
            "hearing": Hearing.latest(now=timezone.now()),
        }


def _buyer(request: HttpRequest):
    return request.user if request.user.is_authenticated else None
