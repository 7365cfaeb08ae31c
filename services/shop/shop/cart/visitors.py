"""Which cart is whose: a user's by the account, a guest's by a key in the session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest

from shop.cart import operations
from shop.cart.models import Cart, CartLine
from shop.cart.queries import SESSION_KEY, cart_of

UNDO_KEY = "cart_removals"
MOST_UNDOS = 20
UNDO_FOR = timedelta(hours=1)
LONGEST = 100


def cart_for_writing(request: HttpRequest) -> Cart:
    """This function will find the visitor's cart or make one."""
    if request.user.is_authenticated:
        return operations.cart_of_user(request.user)
    cart = cart_of(request)
    if cart is None:
        cart = Cart.objects.create()
        request.session[SESSION_KEY] = str(cart.key)
    return cart


def bring_guest_cart(request: HttpRequest, user) -> None:
    """This function will merge what somebody collected before logging in; safe to repeat."""
    if key := request.session.get(SESSION_KEY):
        operations.merge(key, into=user)
        del request.session[SESSION_KEY]


@dataclass(frozen=True)
class Removal:
    """What one press took out of the cart.

    :ivar what: in the shopper's words.
    :ivar lines: book, quantity and the price when it was added.
    """

    what: str
    lines: list[tuple[int, int, Decimal]]


def remember_for_undo(request: HttpRequest, lines: list[CartLine], what: str, *, now: datetime) -> None:
    """This function will keep what was taken out, on top of what was taken out before."""
    taken = [[line.book_id, line.quantity, str(line.price_when_added)] for line in lines]
    request.session[UNDO_KEY] = [*_kept(request, now), [now.timestamp(), what[:LONGEST], taken]][-MOST_UNDOS:]


def last_removal(request: HttpRequest, *, now: datetime) -> Removal | None:
    """What the next Undo brings back; None for nothing."""
    kept = _kept(request, now)
    if not kept:
        return None
    _, what, lines = kept[-1]
    return Removal(what, [(book, quantity, Decimal(price)) for book, quantity, price in lines])


def forget_last_removal(request: HttpRequest, *, now: datetime) -> None:
    request.session[UNDO_KEY] = _kept(request, now)[:-1]


def _kept(request: HttpRequest, now: datetime) -> list:
    """What was taken out lately: nobody remembers what they removed last week."""
    return [one for one in request.session.get(UNDO_KEY, []) if one[0] > (now - UNDO_FOR).timestamp()]
