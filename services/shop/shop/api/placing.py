"""From a body to an order: who orders, what, and where it goes; the rest is what the checkout does."""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.request import Request

from shop.accounts import addresses
from shop.accounts.models import User
from shop.api import repeating
from shop.api.carts import cart_problem
from shop.api.guesses import coupon_problem
from shop.api.problems import Problem, missing, refused
from shop.api.visitors import Visitor
from shop.cart import operations as changing
from shop.cart import queries as carts
from shop.cart.models import Cart
from shop.cart.operations import CartRefused
from shop.cart.queries import Basket
from shop.coupons import visitors as coupons
from shop.coupons.operations import CouponRefused
from shop.orders import holding, operations, ordering, queries
from shop.orders.models import Order
from shop.orders.operations import ShipTo
from shop.pages.plain import plain
from shop.payments.gateways import gateways_for


def place(request: Request, wish: dict, *, now: datetime) -> Order:
    """This function will place an order, or find the one that the same request placed before: then it is not `is_new`.

    :param wish: a valid NewOrderShape.
    :raises Problem: naming what is missing or short; 422, if the key came with another request before; 429.
    """
    repeat = repeating.key_of(request)
    buyer = request.user if request.user.is_authenticated else None
    email = _email(buyer, wish)
    checkout_key, mark = _checkout_key(buyer, email, repeat), _asked_mark(request, repeat)
    if repeat and (placed := queries.placed_with(checkout_key, buyer, email)):
        return _same(placed, mark)
    ship_to = _ship_to(buyer, wish)
    _look_for_coupon(request, wish["coupon"])
    temporary, basket = _goods(request, wish)
    try:
        order = _order(
            basket,
            buyer=buyer,
            email=email,
            ship_to=ship_to,
            checkout_key=checkout_key,
            asked_mark=mark,
            now=now,
            payment=_payment(wish, basket),
            agreed=wish.get("agreed_total"),
            note=plain(wish["note"]),
            **{name: wish[name] for name in ("coupon", "if_short")},
        )
    finally:
        if temporary:
            changing.throw_away(temporary)
    if not order.is_new:  # a twin was quicker
        return _same(order, mark)
    if buyer and "address" in wish:
        addresses.remember_address(buyer, vars(ship_to), now=now)
    return order


def _look_for_coupon(request: Request, code: str) -> None:
    """Codes are not to be guessed by orders that come to nothing. Whether the coupon fits, the order itself decides.

    :raises Problem: for a code that nobody has given out; 429 after too many of them.
    """
    if code.strip():
        try:
            coupons.coupon_named(request, code)
        except CouponRefused as refusal:
            raise coupon_problem(refusal) from None


def _order(basket: Basket, **wishes) -> Order:
    try:
        return ordering.order(basket.lines, **wishes)
    except holding.NotHeld as refusal:
        raise _short(basket, refusal.free, str(refusal)) from None
    except operations.NotForSale as refusal:
        free = {place: left for place, (_, left) in enumerate(refusal.problems, start=1)}
        raise _short(Basket([line for line, _ in refusal.problems]), free, str(refusal)) from None
    except CartRefused as refusal:
        raise cart_problem(refusal) from None
    except (operations.CannotOrder, CouponRefused) as refusal:
        raise refused(refusal) from None


def _short(basket: Basket, free: dict[int, int], told: str) -> Problem:
    """:param free: by the place of the line in the basket."""
    short = [
        {"product_id": line.book_id, "quantity": line.quantity, "available": free[place]}
        for place, line in enumerate(basket.lines, start=1)
        if place in free
    ]
    detail = "Fewer copies are left than you want of the products named in short; nothing was ordered."
    return Problem(409, "out-of-stock", "Too few copies", detail if short else told, short=short)


def _email(buyer: User | None, wish: dict) -> str:
    if buyer:
        if wish.get("email", buyer.email).lower() != buyer.email.lower():
            raise missing(("email", "An order of an account goes to the account's own address. Leave this out."))
        return buyer.email
    if not wish.get("email"):
        where = [] if "address" in wish or "address_id" in wish else [("address", _where(buyer))]
        raise missing(("email", "A guest's order needs an e-mail address; or log in."), *where)
    return wish["email"]


def _where(buyer: User | None) -> str:
    told = "Where does it go? Send name, line1, postcode, city and country"
    return f"{told}; or keep an address with POST /api/addresses/, and it is taken." if buyer else f"{told}."


def _checkout_key(buyer: User | None, email: str, repeat: str) -> UUID:
    """The same for the same key of the same customer, and not to be guessed by anybody else."""
    if not repeat:
        return uuid4()
    who = f"user {buyer.pk}" if buyer else f"guest {email.lower()}"
    said = f"api order\n{who}\n{repeat}".encode("utf-8", "surrogateescape")
    return UUID(bytes=hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()[:16], version=4)


def _asked_mark(request: Request, repeat: str) -> str:
    """What the same request with the same key has again. It stays with the order, and tells nothing to who has no key."""
    if not repeat:
        return ""
    said = f"{repeat}\n{repeating.fingerprint_of(request)}"
    return salted_hmac("shop.api.placing", said, algorithm="sha256").hexdigest()


def _same(placed: Order, mark: str) -> Order:
    """A guest shows by the whole request that the order is theirs: a key alone could be guessed, or seen in a log.

    :raises Problem: 422, if the key came with another request, or before such marks were kept.
    """
    if not constant_time_compare(placed.asked_mark, mark):
        raise repeating.key_used(order=str(placed.number))
    return placed


def _ship_to(buyer: User | None, wish: dict) -> ShipTo:
    if "address" in wish:
        if "address_id" in wish:
            raise missing(("address_id", "Send either address or address_id."))
        return ShipTo(**wish["address"])
    found = None
    if buyer and "address_id" in wish:
        found = addresses.address_of(buyer, wish["address_id"])
    elif buyer:
        found = next(iter(addresses.addresses_of(buyer)), None)
    if found is None:
        if "address_id" in wish:
            raise missing(("address_id", "There is no such address in the address book."))
        raise missing(("address", _where(buyer)))
    return ShipTo(**{part: getattr(found, part) for part in addresses.PARTS})


def _goods(request: Request, wish: dict) -> tuple[Cart | None, Basket]:
    """The goods, and the cart to throw away afterwards if they came with the body."""
    if "cart_items" not in wish:
        basket = carts.basket_of(Visitor.of(request))
        if not basket.lines:
            raise missing(("cart_items", "Name what to order: the cart is empty."))
        return None, basket
    try:
        lines = changing.cart_of_items({item["product_id"]: item["quantity"] for item in wish["cart_items"]})
    except CartRefused as refusal:
        raise cart_problem(refusal) from None
    return lines[0].cart, Basket(lines)


def _payment(wish: dict, basket: Basket) -> Order.Payment:
    if wish["payment"] == Order.Payment.PREPAID and not gateways_for(basket.currency):
        raise missing(("payment", f"Nothing can be paid in {basket.currency} beforehand. Choose on_delivery."))
    return Order.Payment(wish["payment"])
