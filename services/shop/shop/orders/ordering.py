"""From what somebody wants to a placed order: the store is asked for the copies first, and let go of them if nothing comes
of it. Pages and the API order by this one road."""

import logging
from datetime import datetime
from uuid import UUID

from shop.cart.models import MAX_LINES, CartLine
from shop.cart.operations import CartRefused
from shop.coupons.operations import CouponRefused
from shop.orders import holding, operations
from shop.orders.models import Order
from store_client import HoldLine

log = logging.getLogger(__name__)


def order(lines: list[CartLine], *, checkout_key: UUID, now: datetime, **wishes) -> Order:
    """This function will hold the copies of a cart's lines and place the order of them.

    :param lines: all of one cart, in its order, each with its book.
    :param wishes: what else place_order() takes.
    :raises holding.NotHeld: naming what is short.
    :raises operations.CannotOrder, CartRefused, CouponRefused: see place_order(); nothing is held then.
    """
    held = _hold(lines, checkout_key)
    try:
        return operations.place_order(cart=lines[0].cart, checkout_key=checkout_key, now=now, held=held, **wishes)
    except (operations.CannotOrder, CartRefused, CouponRefused):
        if held:
            operations.abandon_hold(checkout_key, now=now)
        raise


def _hold(lines: list[CartLine], checkout_key: UUID) -> operations.Held | None:
    """This function will ask the store for the copies; None if it did not answer in time, or need not be asked.

    :raises holding.NotHeld: naming what is short.
    """
    if len(lines) > MAX_LINES or any(line.book.is_retired for line in lines):
        return None
    wanted = [HoldLine(place, line.book_id, line.quantity) for place, line in enumerate(lines, start=1)]
    try:
        holding.hold(holding.order_number(checkout_key), wanted)
    except holding.CannotAsk as error:
        log.warning("An order is taken without asking the store: %s", error)
        return None
    return operations.Held({line.book: line.quantity for line in wanted})
