"""What a visitor has typed at the checkout: kept with their visit until it is an order, so that nothing is asked twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest

from shop.orders.forms import BILL
from shop.orders.models import Order
from shop.orders.operations import ShipTo
from shop.pages.plain import plain

SESSION_KEY = "checkout"
KEPT_FOR = timedelta(days=1)
SHIP = tuple(ShipTo.__dataclass_fields__)
# What only makes sense together is kept together: half of an old address and half of a new one are neither. The coupon is
# kept by itself, once it is taken; the form's key belongs to one page.
TOGETHER = (SHIP, BILL, ("email",), ("if_short",), ("note",), ("payment",))
LONGEST = 500
FIRST = {"if_short": Order.IfShort.SHIP}


def kept(request: HttpRequest, *, now: datetime) -> dict[str, str]:
    """What was typed lately, by the names of the form's fields."""
    found = request.session.get(SESSION_KEY)
    if found and found["at"] < (now - KEPT_FOR).timestamp():
        forget(request)
        return {}
    return found["values"] if found else {}


def keep(request: HttpRequest, typed: Mapping[str, str], first: Mapping, *, now: datetime) -> None:
    """This function will keep what was typed until now.

    :param first: what the form is filled with by itself. What is still the same is not kept: whoever changes their address
        book then finds the new address here.
    """
    values = {}
    for names in TOGETHER:
        told = {name: _line(typed[name]) for name in names if name in typed}
        if any(value != str(first.get(name) or FIRST.get(name, "")) for name, value in told.items()):
            values |= told
    if not values:
        forget(request)
    elif values != request.session.get(SESSION_KEY, {}).get("values"):
        request.session[SESSION_KEY] = {"at": now.timestamp(), "values": values}


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def _line(text: str) -> str:
    """As much as the form takes, and no longer."""
    return plain(text).replace("\0", "").replace("\r\n", "\n")[:LONGEST]
