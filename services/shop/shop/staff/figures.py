"""Figures for the admin's first page. Each is one statement, asked for at most once a minute whoever looks."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from shop.clock import begin_of
from shop.orders.states import State

KEPT_S = 60
KEPT_LONG_S = 600  # what changes by the day
DAYS = 30
SLOW_DAYS = 90
SLOW_SAMPLE = 20_000  # orders, the newest
SLOW_BOOKS = 10
SOLD = (State.PLACED, State.ACCEPTED, State.PACKING, State.CANCEL_REQUESTED, State.PARTLY_SHIPPED, State.SHIPPED)

ORDERS = """
SELECT (placed_at AT TIME ZONE %(zone)s)::date, state, currency, count(*), sum(total)
FROM orders_order WHERE placed_at >= %(since)s GROUP BY 1, 2, 3
"""
# Books with free copies that fewest orders of late have, those first of which most copies lie idle.
SLOW = """
WITH placed AS (
    SELECT number FROM orders_order WHERE placed_at >= %(since)s AND state = ANY(%(states)s)
    ORDER BY placed_at DESC LIMIT %(sample)s
), sold AS (
    SELECT line.book_id, sum(line.quantity) AS copies
    FROM placed JOIN orders_orderline AS line ON line.order_id = placed.number GROUP BY line.book_id
)
SELECT book.id, book.title, book.store_free, COALESCE(sold.copies, 0)
FROM catalogue_book AS book LEFT JOIN sold ON sold.book_id = book.id
WHERE book.retired_at IS NULL AND book.store_free > 0
ORDER BY COALESCE(sold.copies, 0), book.store_free DESC, book.id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Day:
    day: date
    orders: int
    sums: dict[str, Decimal]  # by currency


@dataclass(frozen=True)
class Lately:
    """Orders of the last 30 days."""

    by_state: dict[str, int]
    days: list[Day]

    @property
    def currencies(self) -> list[str]:
        """Those in which something was sold, the most first."""
        sums: dict[str, Decimal] = {}
        for day in self.days:
            for currency, amount in day.sums.items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sorted(sums, key=lambda currency: (-sums[currency], currency))

    def total(self, currency: str) -> Decimal:
        return sum((day.sums.get(currency, Decimal(0)) for day in self.days), Decimal(0))


@dataclass(frozen=True)
class Slow:
    book: int
    title: str
    free: int
    sold: int


def lately(*, today: date) -> Lately:
    """This function will count the orders of the last 30 days by state and, of those that are sold, by day."""
    rows = cache.get_or_set(f"staff-orders-{today}", lambda: _orders(today), KEPT_S)
    by_state: dict[str, int] = {}
    days = {today - timedelta(days=back): (0, {}) for back in reversed(range(DAYS))}
    for day, state, currency, number, amount in rows:
        by_state[state] = by_state.get(state, 0) + number
        if state in SOLD and day in days:
            orders, sums = days[day]
            days[day] = (orders + number, {**sums, currency: sums.get(currency, Decimal(0)) + amount})
    return Lately(by_state, [Day(day, *found) for day, found in days.items()])


def slow_sellers(*, today: date) -> list[Slow]:
    rows = cache.get_or_set(f"staff-slow-{today}", lambda: _slow(today), KEPT_LONG_S)
    return [Slow(*row) for row in rows]


def _orders(today: date) -> list[tuple]:
    return _ask(ORDERS, since=begin_of(today - timedelta(days=DAYS - 1)), zone=settings.TIME_ZONE)


def _slow(today: date) -> list[tuple]:
    states = [str(state) for state in SOLD]
    return _ask(
        SLOW, since=begin_of(today - timedelta(days=SLOW_DAYS)), states=states, sample=SLOW_SAMPLE, limit=SLOW_BOOKS
    )


def _ask(sql: str, **params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
