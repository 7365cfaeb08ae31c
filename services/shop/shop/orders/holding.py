"""Asking the store to hold the copies of an order, while a person waits: one answer within two seconds, or none."""

import hashlib
import hmac
import time
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from shop.orders.models import Order
from shop.storelink.breaker import Breaker
from shop.storelink.store import open_store
from store_client import HoldLine, Problem, StoreRefused, StoreUnavailable

WITHIN_S = 2.0
OUT_OF_STOCK, INVALID, DIFFERS, USED = "out-of-stock", "invalid", "hold-differs", "hold-used"

breaker = Breaker()


class CannotAsk(Exception):
    """The store gave no answer in time; nothing is known about the copies."""


class NotHeld(Exception):
    """The store said no, and holds nothing.

    :ivar free: how many copies there are of what is short, by line; empty if something else is wrong.
    """

    def __init__(self, problem: Problem):
        super().__init__(problem.reason)
        self.free = {short.line: short.free for short in problem.short}


def order_number(checkout_key: UUID) -> UUID:
    """The number of the order that a checkout will make: the same for each repetition, and not to be guessed."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"order" + checkout_key.bytes, hashlib.sha256).digest()
    return UUID(bytes=digest[:16], version=4)


def hold(number: UUID, lines: Iterable[HoldLine]) -> None:
    """This function will have the store hold copies under the number of an order. Asking again changes nothing.

    :raises CannotAsk, NotHeld:
    """
    if not breaker.lets_through(time.monotonic()):
        raise CannotAsk("The store did not answer lately and is not asked for a while.")
    try:
        _ask(number, list(lines))
    except StoreUnavailable as error:
        breaker.failed(time.monotonic())
        raise CannotAsk(str(error)) from error
    except StoreRefused as error:
        breaker.worked()
        if error.problem.slug == USED:
            return  # the order itself is there, and has its copies
        if error.problem.slug in (OUT_OF_STOCK, INVALID):
            raise NotHeld(error.problem) from error
        raise CannotAsk(str(error)) from error  # such as a store of an earlier version, which knows of no holds
    breaker.worked()


def hold_again(order: Order) -> None:
    """This function will hold the copies of an order whose first hold may have lapsed.

    :raises CannotAsk, NotHeld:
    """
    lines = order.lines.order_by("position")
    hold(order.number, [HoldLine(line.position, line.book_id, line.quantity) for line in lines])


def _ask(number: UUID, lines: list[HoldLine]) -> None:
    """Other lines held under the number are those of an earlier form of the same cart: they make room."""
    ends = time.monotonic() + WITHIN_S
    with open_store(within_s=WITHIN_S) as store:
        try:
            store.put_hold(number, lines)
            return
        except StoreRefused as error:
            if error.problem.slug != DIFFERS:
                raise
    with open_store(within_s=max(ends - time.monotonic(), 0.01) / 2) as store:
        store.release_hold(number)
        store.put_hold(number, lines)
