"""What is done to orders in the shop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.cart.models import Cart, CartLine
from shop.cart.operations import CartRefused, pour_back, take_lines
from shop.catalogue.models import Book
from shop.coupons.operations import CouponRefused, note_use
from shop.live.hint import tell_after_commit
from shop.orders import letters, wire
from shop.orders.claiming import owner_of
from shop.orders.costing import Cost, cost_of
from shop.orders.holding import order_number
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State
from shop.outbox.models import OutboxMessage, Topic
from worker_bell import Topic as Wake


@dataclass(frozen=True)
class BillTo:
    """Whom the bill names, if it is not who gets the parcel. `country` is a two-letter code."""

    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True)
class ShipTo(BillTo):
    """Where the parcel goes; the bill, too, unless it has another address."""

    phone: str


class CannotOrder(Exception):
    """The cart cannot become an order as it is; it stays as it was."""


class EmptyCart(CannotOrder):
    """There is nothing to order."""


class MixedCurrencies(CannotOrder):
    """The books of one order are priced in one currency."""


class TooDear(CannotOrder):
    def __init__(self):
        super().__init__("This is more than one order can cost. Please order it in parts.")


class NotForSale(CannotOrder):
    """Some books are withdrawn, or fewer are left than wanted.

    :ivar problems: pairs of a cart line and how many copies it can have.
    """

    def __init__(self, problems: list[tuple[CartLine, int]]):
        super().__init__(", ".join(f"{line.book.title}: {available} left" for line, available in problems))
        self.problems = problems


class CartChanged(CannotOrder):
    """The cart is no longer what the copies were held for."""


class PriceChanged(CannotOrder):
    """The order would cost something else than its customer has seen: a price, or a discount's time, has changed."""

    def __init__(self, agreed: Decimal, total: Decimal):
        super().__init__("A price has just changed. Please look at your order and send it again.")
        self.agreed, self.total = agreed, total


class CheckoutKeyTaken(CannotOrder):
    """This checkout key made an order of somebody else."""


HIGHEST_TOTAL = Decimal("9999999999.99")  # as wide as the columns are
REFUSALS = (CannotOrder, CartRefused, CouponRefused, IntegrityError)


@dataclass(frozen=True)
class Held:
    """What the store holds under the order's number: copies by book."""

    copies: dict[int, int]


def place_order(
    *,
    cart: Cart,
    buyer: User | None,
    email: str,
    ship_to: ShipTo,
    note: str,
    checkout_key: UUID,
    now: datetime,
    payment: Order.Payment = Order.Payment.ON_DELIVERY,
    held: Held | None = None,
    bill_to: BillTo | None = None,
    if_short: Order.IfShort = Order.IfShort.SHIP,
    coupon: str = "",
    agreed: Decimal | None = None,
    asked_mark: str = "",
) -> Order:
    """This function will turn a cart into an order.

    One to be paid on delivery is placed at once: its message to the store and its letter are written with it. One to be
    paid now waits for its money until `pay_until`. Repeating a checkout key answers the order it made, also when two
    come at once; `is_new` says whether this call made it.

    :param buyer: None for a guest. If the address is that of an account, confirmed, the order is the account's all the same.
    :param held: None if the store could not be asked: the shop's last known numbers decide then.
    :param bill_to: None if the bill goes where the parcel goes.
    :param agreed: the total that the customer has seen; None if nobody has looked.
    :param asked_mark: by which a program's request is known again.
    :raises CannotOrder: see its kinds; nothing is kept then.
    :raises shop.coupons.operations.CouponRefused: likewise.
    :raises shop.cart.operations.TooManyLines: more books than one order may hold.
    """
    try:
        with transaction.atomic(durable=True):
            taken = take_lines(cart)
            books = _books_for_sale(taken, held)
            cost = cost_of(taken, books, currency=_one_currency(books), coupon=coupon.strip(), customer=email, now=now)
            if agreed is not None and agreed != cost.quote.total:
                raise PriceChanged(agreed, cost.quote.total)
            if cost.quote.total > HIGHEST_TOTAL:
                raise TooDear
            order = Order(
                number=order_number(checkout_key),
                checkout_key=checkout_key,
                asked_mark=asked_mark,
                user=buyer or owner_of(email),
                email=email,
                placed_at=now,
                held=held is not None,
                note=note,
                if_short=if_short,
                **_terms(payment, cost.quote.total, now=now),
                **_addresses(ship_to, bill_to),
                **cost.of_order,
            )
            order = _write(order, cost, now=now)
    except REFUSALS:  # to the twin of a double submit, or to who goes back and sends the form again, it says nothing
        if placed := _placed_by(checkout_key, buyer, email):
            return placed
        raise
    order.is_new = True
    return order


def _terms(payment: Order.Payment, total: Decimal, *, now: datetime) -> dict:
    """How the order is paid, and until when. If there is nothing to take nobody is sent to pay."""
    if not total or payment != Order.Payment.PREPAID:
        return {"payment": Order.Payment.ON_DELIVERY}
    return {"payment": payment, "pay_until": now + timedelta(seconds=settings.PAYMENT_WINDOW_S)}


def _addresses(ship_to: ShipTo, bill_to: BillTo | None) -> dict:
    ship = {f"ship_{name}": value for name, value in vars(ship_to).items()}
    return ship | {f"bill_{name}": value for name, value in vars(bill_to).items()} if bill_to else ship


def _write(order: Order, cost: Cost, *, now: datetime) -> Order:
    state = State.AWAITING_PAYMENT if order.payment == Order.Payment.PREPAID else State.PLACED
    event = order.move_to(state, at=now, actor="customer")
    order.save(force_insert=True)
    for line in cost.lines:
        line.order = order
    OrderLine.objects.bulk_create(cost.lines)
    if cost.coupon:
        note_use(cost.coupon, order, now=now)
    OutboxMessage.take_back(topic=Topic.HOLD_RELEASE, key=str(order.number), now=now)
    event.save(force_insert=True)
    tell_after_commit()
    if state == State.PLACED:
        _announce(order, cost.lines, event, now=now)
    return order


def _announce(order: Order, lines: list[OrderLine], event: OrderEvent, *, now: datetime) -> None:
    OutboxMessage.write(topic=Topic.ORDER_PLACED, key=str(order.number), body=wire.new_order(order, lines), now=now)
    letters.letter(order, lines, event, now=now).save(force_insert=True)
    ring_after_commit(Wake.OUTBOX, Wake.MAIL)


def restore_cart(order: Order, cart: Cart, *, now: datetime) -> bool:
    """This function will put the books of an order that was not paid back into a cart, once; False if they were."""
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.restored_at or order.state_at(now) != State.EXPIRED:
            return False
        pour_back(cart, list(order.lines.order_by("position").values_list("book", "quantity", "unit_price")))
        order.restored_at = now
        order.save(update_fields=["restored_at"])
    return True


def abandon_hold(checkout_key: UUID, *, now: datetime) -> None:
    """This function will have the store told that what it held for a checkout is not wanted, unless an order came of it."""
    number = order_number(checkout_key)
    with transaction.atomic(durable=True):
        if not Order.objects.filter(pk=number).exists():
            OutboxMessage.write_anew(topic=Topic.HOLD_RELEASE, key=str(number), body={}, now=now)
            ring_after_commit(Wake.OUTBOX)


def _books_for_sale(taken: list[CartLine], held: Held | None) -> dict[int, Book]:
    """This function will read the books of an order, and lock those that the store does not hold for it.

    They are locked in the order of their keys, so that no two orders can block each other.

    :raises NotForSale: naming every line that cannot be had. The store has the last word later.
    :raises EmptyCart, CartChanged:
    """
    if not taken:
        raise EmptyCart("The cart is empty.")
    if held and held.copies != {line.book_id: line.quantity for line in taken}:
        raise CartChanged("Your cart has changed. Please look at it and order again.")
    keys = [line.book_id for line in taken]
    if held:  # the store has put the copies aside, whatever the shop last heard
        return Book.objects.with_available().in_bulk(keys)
    list(Book.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    # A second statement, since the first saw the world before it got its locks.
    books = Book.objects.with_available().in_bulk(keys)
    left = {pk: 0 if book.is_retired else book.available for pk, book in books.items()}
    for line in taken:
        line.book = books[line.book_id]
    if problems := [(line, left[line.book_id]) for line in taken if line.quantity > left[line.book_id]]:
        raise NotForSale(problems)
    return books


def _one_currency(books: dict[int, Book]) -> str:
    currencies = {book.currency for book in books.values()}
    if len(currencies) > 1:
        raise MixedCurrencies(f"The books of one order are priced in one currency, not in {', '.join(currencies)}.")
    return currencies.pop()


def _placed_by(checkout_key: UUID, buyer: User | None, email: str) -> Order | None:
    """The order that this key made before; see Order.is_of()."""
    order = Order.objects.filter(checkout_key=checkout_key).first()
    if order and not order.is_of(buyer, email):
        raise CheckoutKeyTaken("This checkout was already used.")
    return order
