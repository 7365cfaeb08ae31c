"""Which cart is whose: a user's by the account, a guest's by a key in the session."""

from decimal import Decimal

from django.http import HttpRequest

from shop.cart import operations
from shop.cart.models import Cart, CartLine
from shop.cart.queries import SESSION_KEY, cart_of

UNDO_KEY = "cart_undo"


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


def remember_for_undo(request: HttpRequest, lines: list[CartLine]) -> None:
    request.session[UNDO_KEY] = [[line.book_id, line.quantity, str(line.price_when_added)] for line in lines]


def can_undo(request: HttpRequest) -> bool:
    return bool(request.session.get(UNDO_KEY))


def taken_for_undo(request: HttpRequest) -> list[tuple[int, int, Decimal]]:
    return [(book, quantity, Decimal(price)) for book, quantity, price in request.session.pop(UNDO_KEY, [])]
