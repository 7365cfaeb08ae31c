"""Why the shop says no, for programs: causes that they can do something about have a name of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shop.cart import operations as cart
from shop.coupons import operations as coupons
from shop.orders import operations as orders
from shop.wishlist import operations as wishlist


@dataclass(frozen=True)
class Cause:
    """
    :ivar slug: the last part of the problem's type.
    :ivar field: of the request, which is to blame.
    :ivar tells: what a program may want to know of the refusal besides.
    """

    slug: str
    title: str
    field: str = ""
    tells: Callable[[Any], dict[str, Any]] = lambda refusal: {}


def _product(refusal: cart.NotSold) -> dict[str, Any]:
    return {"product_id": refusal.book_id}


def _short(refusal: cart.NoneLeft) -> dict[str, Any]:
    return {"short": [{"product_id": refusal.book_id, "quantity": refusal.wanted, "available": 0}]}


def _total(refusal: orders.PriceChanged) -> dict[str, Any]:
    return {"total": f"{refusal.total:.2f}"}


OTHER = Cause("refused", "This cannot be done")
# The nearest kind decides: one that is not named here is what its parent is.
CAUSES: dict[type[Exception], Cause] = {
    cart.UnknownBook: Cause("unknown-product", "No such product", "product_id", _product),
    cart.Retired: Cause("retired", "No longer sold", "product_id", _product),
    cart.NoneLeft: Cause("out-of-stock", "Too few copies", "quantity", _short),
    cart.TooManyCopies: Cause("too-many-copies", "Too many copies", "quantity"),
    wishlist.UnknownBook: Cause("unknown-product", "No such product", "product_id"),
    coupons.UnknownCoupon: Cause("unknown-coupon", "No such coupon", "coupon"),
    coupons.UsedUp: Cause("coupon-used-up", "The coupon is used up", "coupon"),
    coupons.CouponRefused: Cause("coupon-refused", "The coupon does not fit", "coupon"),
    orders.PriceChanged: Cause("price-changed", "A price has changed", "agreed_total", _total),
}


def cause_of(refusal: Exception) -> Cause:
    return next((CAUSES[kind] for kind in type(refusal).__mro__ if kind in CAUSES), OTHER)
