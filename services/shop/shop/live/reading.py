"""What the streams read of orders: what is new, for all of them at once, and who may watch what."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import Max

from shop.live.models import Change
from shop.live.rights import Right, behind
from shop.live.source import Source
from shop.orders import queries
from shop.orders.models import OrderEvent
from shop.orders.queries import Viewer

MOST_RESUMED = 200  # for one page that comes back


# Both logs are numbered by one sequence. A change has no version of its own, and is told with how its order is by then.
BOTH = """(
    SELECT id, order_id, version, state FROM orders_orderevent
    UNION ALL SELECT id, order_id, NULL, NULL FROM live_change
)"""
TABLES = "{} AS fresh JOIN orders_order AS placed ON placed.number = fresh.order_id"
COLUMNS = (
    "fresh.id",
    "fresh.order_id",
    "placed.user_id",
    "COALESCE(fresh.version, placed.version)",
    "COALESCE(fresh.state, placed.state)",
    "placed.version + (SELECT count(*) FROM live_change WHERE live_change.order_id = fresh.order_id)",
    "fresh.version IS NOT NULL",
)
READ = f"SELECT {', '.join(COLUMNS)} FROM {TABLES} "
MINE = "(order_id = ANY(%(numbers)s) OR order_id IN (SELECT number FROM orders_order WHERE user_id = %(user)s))"
SINCE = READ.format(BOTH) + f"WHERE fresh.id > %(after)s AND {MINE} ORDER BY fresh.id LIMIT %(most)s"
LASTS = f"""(
    SELECT max(id) AS id, order_id, NULL::int AS version, NULL AS state FROM orders_orderevent WHERE {MINE}
    GROUP BY order_id ORDER BY id DESC LIMIT %(most)s
)"""
NOW = READ.format(LASTS) + "ORDER BY fresh.id"


@dataclass(frozen=True, slots=True)
class Event:
    """One move of an order, or another change of what its pages show.

    :ivar user: the account it belongs to, None for a guest's.
    :ivar edition: how much had happened to the order when this was read: see shop.live.models.edition().
    """

    kind: ClassVar[str] = "order"
    id: int
    number: UUID
    user: int | None
    version: int
    state: str
    edition: int
    is_move: bool

    @property
    def topics(self) -> frozenset[Hashable]:
        return frozenset({("order", self.number), ("orders of", self.user)})

    @property
    def data(self) -> dict:
        return {"order": str(self.number), "version": self.version, "state": self.state, "edition": self.edition}


def worth_telling(events: list[Event]) -> list[Event]:
    """Of an order that has moved, its moves alone: they are told with how the order is now."""
    moved = {event.number for event in events if event.is_move}
    return [event for event in events if event.is_move or event.number not in moved]


ORDERS = Source("orders", TABLES.format(BOTH), COLUMNS, Event, worth_telling)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a stream tells of: all orders of an account, and single orders."""

    source: ClassVar[str] = ORDERS.name
    user: int | None
    numbers: frozenset[UUID]

    @property
    def topics(self) -> frozenset[Hashable]:
        of_account = {("orders of", self.user)} if self.user is not None else set()
        return frozenset({("order", number) for number in self.numbers} | of_account)


def since(watch: Watch, after: int) -> list[Event]:
    """This function will read what happened to the watched orders after an event, oldest first.

    Without one, or if too much happened since, it is how each of them is now.
    """
    mine = {"numbers": list(watch.numbers), "user": watch.user}
    if after:
        missed = _read(SINCE, after=after, most=MOST_RESUMED + 1, **mine)
        if len(missed) <= MOST_RESUMED:
            return missed
    return _read(NOW, most=MOST_RESUMED, **mine)


def newest() -> int:
    """The number of what was written last, in either log."""
    return max(model.objects.aggregate(last=Max("id"))["last"] or 0 for model in (OrderEvent, Change))


def _read(sql: str, **params) -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Event(*row) for row in cursor.fetchall()]


def permitted(session: str, number: UUID | None, token: str, *, now: datetime) -> tuple[Right, Watch] | None:
    """This function will find what a visitor may watch, by the rule of the order's own page; None for nothing.

    :param number: of one order; without it all orders of the account, or those this browser has placed or opened.
    """
    viewer, _ = behind(session, now=now) or (Viewer(None, frozenset()), {})
    user = viewer.user.pk if viewer.user else None
    if number is None:
        if user is None and not viewer.numbers:
            return None
        known = frozenset() if user else viewer.numbers
        return Right(session, user, known), Watch(user, frozenset(map(UUID, known)))
    order = queries.order_of(viewer, number, token=token)
    if order is None:
        return None
    watch = Watch(None, frozenset({number}))
    if not viewer.owns(order):
        return Right("", None, frozenset()), watch
    if user is not None and order.user_id == user:
        return Right(session, user, frozenset()), watch
    return Right(session, None, frozenset({str(number)})), watch
