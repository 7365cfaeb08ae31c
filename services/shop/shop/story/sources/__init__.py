"""Where the entries of a story come from: one line for each source, with the kinds that it tells.

What tells of an order in another app is one more line here, and its kind one in the table.
A source answers with a constant number of statements, and is not asked if its kinds are nothing for who reads.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shop.orders.models import Order, Parcel
from shop.orders.queries import heard_of, parcels_of
from shop.payments.models import Refund
from shop.payments.queries import refunds_of
from shop.returns.models import Return
from shop.returns.queries import returns_of
from shop.storelink.models import StoreEvent
from shop.story.entry import Entry
from shop.story.sources import delivery, money, orders, returns, talks, warehouse


@dataclass(frozen=True)
class Known:
    """What more than one source tells from, read once. The order was read with its lines and events."""

    order: Order
    heard: list[StoreEvent]
    parcels: list[Parcel]
    refunds: list[Refund]
    returns: list[Return]

    @classmethod
    def of(cls, order: Order) -> "Known":
        """All of it."""
        heard = list(StoreEvent.objects.filter(order=order).order_by("version"))
        return cls(order, heard, parcels_of(order, anyhow=True), cls._refunds(order), returns_of(order, anyhow=True))

    @classmethod
    def for_short(cls, order: Order) -> "Known":
        """What the short history needs: nothing is asked for that such an order cannot have."""
        return cls(order, heard_of(order), parcels_of(order), cls._refunds(order), returns_of(order))

    @staticmethod
    def _refunds(order: Order) -> list[Refund]:
        return list(refunds_of(order).select_related("payment"))


@dataclass(frozen=True)
class Source:
    kind: str
    told: Callable[[Known], Iterable[Entry]]


# Of what happened at the same time, the first stands first.
SOURCES = (
    Source("payment", lambda known: money.payments(known.order)),  # it is what places an order
    Source("order", lambda known: orders.moves(known.order, known.heard)),
    Source("return", lambda known: returns.returns(known.returns)),
    Source("refund", lambda known: money.refunds(known.order, known.refunds)),
    Source("short", lambda known: warehouse.shortages(known.order, known.heard)),
    Source("parcel", lambda known: warehouse.parcels(known.order, known.parcels)),
    Source("heard", lambda known: warehouse.heard(known.heard)),
    Source("message", lambda known: delivery.messages(known.order, known.returns)),
    Source("invoice", lambda known: orders.invoice(known.order)),
    Source("mail", lambda known: delivery.mails(known.order)),
    Source("chat", lambda known: talks.talks(known.order)),
    Source("retold", lambda known: warehouse.retold(known.order)),
    Source("aside", lambda known: warehouse.set_aside(known.order)),
    Source("attention", lambda known: orders.settled(known.order)),
)
