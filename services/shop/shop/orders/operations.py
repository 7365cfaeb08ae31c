"""What is done to orders in the shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.cart.models import Cart, CartLine
from shop.cart.operations import take_lines
from shop.catalogue.models import Book
from shop.orders import letters, wire
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.outbox.models import OutboxMessage, Topic
from worker_bell import Topic as Wake

AUTHORS_LENGTH = 500


@dataclass(frozen=True)
class ShipTo:
    """Where the parcel goes. `country` is a two-letter code."""

    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    country: str
    phone: str


class CannotOrder(Exception):
    """The cart cannot become an order as it is; it stays as it was."""


class EmptyCart(CannotOrder):
    """There is nothing to order."""


class MixedCurrencies(CannotOrder):
    """The books of one order are priced in one currency."""


class NotForSale(CannotOrder):
    """Some books are withdrawn, or fewer are left than wanted.

    :ivar problems: pairs of a cart line and how many copies it can have.
    """

    def __init__(self, problems: list[tuple[CartLine, int]]):
        super().__init__(", ".join(f"{line.book.title}: {available} left" for line, available in problems))
        self.problems = problems


class CheckoutKeyTaken(CannotOrder):
    """This checkout key made an order of somebody else."""


def place_order(
    *, cart: Cart, buyer: User | None, email: str, ship_to: ShipTo, note: str, checkout_key: UUID, now: datetime
) -> Order:
    """This function will turn a cart into a placed order and queue it for the store and its letter for the buyer.

    Repeating a checkout key answers the order it made, also when two come at once.

    :param buyer: None for a guest.
    :raises CannotOrder: EmptyCart, NotForSale, MixedCurrencies or CheckoutKeyTaken; nothing is kept then.
    :raises shop.cart.operations.TooManyLines: more books than one order may hold.
    """
    if placed := _placed_by(checkout_key, buyer):
        return placed
    try:
        with transaction.atomic(durable=True):
            return _place(cart, buyer, email, ship_to, note, checkout_key, now)
    except (EmptyCart, IntegrityError):  # the twin of a double submit took the lines, or wrote the key, before us
        if placed := _placed_by(checkout_key, buyer):
            return placed
        raise


def _place(cart, buyer, email, ship_to, note, checkout_key, now) -> Order:
    taken = take_lines(cart)
    if not taken:
        raise EmptyCart("The cart is empty.")
    books = _books_for_sale(taken)
    lines = [_frozen(position, line, books[line.book_id]) for position, line in enumerate(taken, start=1)]
    order = Order(
        checkout_key=checkout_key,
        user=buyer,
        email=email,
        placed_at=now,
        currency=_one_currency(books),
        total=sum(line.total for line in lines),
        note=note,
        **{f"ship_{name}": value for name, value in vars(ship_to).items()},
    )
    event = order.move_to(State.PLACED, at=now, actor="customer")
    order.save(force_insert=True)
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    event.save(force_insert=True)
    OutboxMessage.write(topic=Topic.ORDER_PLACED, key=str(order.number), body=wire.new_order(order, lines), now=now)
    letters.letter(order, lines, event, now=now).save(force_insert=True)
    ring_after_commit(Wake.OUTBOX, Wake.MAIL)
    return order


def _books_for_sale(taken: list[CartLine]) -> dict[int, Book]:
    """This function will lock the books, in the order of their keys so that no two orders can block each other.

    :raises NotForSale: naming every line that cannot be had. The store has the last word later.
    """
    keys = [line.book_id for line in taken]
    list(Book.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    # A second statement, since the first saw the world before it got its locks.
    books = Book.objects.with_available().in_bulk(keys)
    left = {pk: 0 if book.is_retired else book.available for pk, book in books.items()}
    if problems := [(line, left[line.book_id]) for line in taken if line.quantity > left[line.book_id]]:
        raise NotForSale(problems)
    return books


def _frozen(position: int, line: CartLine, book: Book) -> OrderLine:
    return OrderLine(
        position=position,
        book=book,
        isbn13=book.isbn13,
        title=book.title,
        authors=book.byline[:AUTHORS_LENGTH],
        unit_price=book.price,
        quantity=line.quantity,
    )


def _one_currency(books: dict[int, Book]) -> str:
    currencies = {book.currency for book in books.values()}
    if len(currencies) > 1:
        raise MixedCurrencies(f"The books of one order are priced in one currency, not in {', '.join(currencies)}.")
    return currencies.pop()


def _placed_by(checkout_key: UUID, buyer: User | None) -> Order | None:
    """The order that this key made before. A guest shows with the key alone that the order is theirs."""
    order = Order.objects.filter(checkout_key=checkout_key).first()
    if order and order.user_id != (buyer.pk if buyer else None):
        raise CheckoutKeyTaken("This checkout was already used.")
    return order
