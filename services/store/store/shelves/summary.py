"""The stock at a glance: titles by band, what lies dead, what was sold day by day. Drawn here, without a script."""

from datetime import datetime
from typing import NamedTuple

from store.shelves import queries
from store.stock.bands import in_words

DAYS = 30
WIDTH, HEIGHT, GAP = 600, 80, 0.25  # units of the drawing, and of a bar's place


class Bar(NamedTuple):
    label: str
    number: int
    value: str = ""
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0


def bands() -> list[Bar]:
    """A lying bar for each band; `width` is in hundredths of the longest."""
    numbers = queries.titles_by_band()
    most = max(numbers.values(), default=0) or 1
    return [
        Bar(in_words(band), number, band.value, width=round(100 * number / most, 2)) for band, number in numbers.items()
    ]


def sales(*, now: datetime) -> list[Bar]:
    """An upright bar for each day."""
    days = queries.sold_by_day(now=now, days=DAYS)
    most, place = max(number for _, number in days) or 1, WIDTH / DAYS
    bars = []
    for place_no, (day, number) in enumerate(days):
        height = round(HEIGHT * number / most, 2)
        x, width = round(place * (place_no + GAP / 2), 2), round(place * (1 - GAP), 2)
        bars.append(Bar(f"{day:%-d %b}", number, x=x, y=HEIGHT - height, width=width, height=height))
    return bars


def glance(*, now: datetime) -> dict:
    """What the page shows. Statements do not depend on how much there is."""
    sold = sales(now=now)
    total, best = sum(bar.number for bar in sold), max(sold, key=lambda bar: bar.number)
    told = f"{total} {'copy' if total == 1 else 'copies'} left for customers in the last {DAYS} days"
    return {
        "bands": bands(),
        "dead": queries.dead_stock(now=now),
        "sold": sold,
        "any_sold": total > 0,
        "sales_told": f"{told}; most on {best.label}: {best.number}." if total else f"{told}.",
        "width": WIDTH,
        "height": HEIGHT,
    }
