"""The same books once more: as many of an old order's copies into the cart as can be had."""

from dataclasses import dataclass

from django.db import transaction

from shop.cart.models import MAX_LINES, Cart
from shop.cart.operations import fill_up
from shop.catalogue.models import Book
from shop.orders.models import Order
from shop.pages.wording import counted


@dataclass(frozen=True)
class Again:
    """What came of it.

    :ivar copies: how many of the wanted copies are in the cart now.
    :ivar missing: a sentence for each line of which not all can be had.
    """

    copies: int
    missing: list[str]


def order_again(order: Order, cart: Cart) -> Again:
    """This function will see to it that the cart holds what the order held, as far as it can be had.

    The cart is filled up to the order's numbers, not on top of what it holds, so that a second press adds nothing.
    """
    with transaction.atomic(durable=True):
        wanted = dict(order.lines.order_by("position").values_list("book", "quantity"))
        held = fill_up(cart, wanted)
        books = Book.objects.with_available().in_bulk(list(wanted))
        currency = cart.lines.order_by("added_at", "pk").values_list("book__currency", flat=True).first() or ""
    missing = [_why(books[pk], held[pk], currency) for pk, quantity in wanted.items() if held[pk] < quantity]
    return Again(copies=sum(min(held[pk], quantity) for pk, quantity in wanted.items()), missing=missing)


def _why(book: Book, held: int, currency: str) -> str:
    if book.is_retired:
        return f"“{book}” is no longer sold."
    if not book.available:
        return f"“{book}” is not in stock at the moment."
    if not held and book.currency != currency:
        return f"“{book}” is priced in {book.currency}, and an order takes one currency."
    if not held:
        return f"“{book}” found no room: a cart holds {MAX_LINES} different books."
    return f"Of “{book}” only {counted(held, 'copy', 'copies')} can be had."
