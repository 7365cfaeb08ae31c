"""What many buy, and series worth starting: asked for once in ten minutes, at a cost that does not grow with the orders."""

from django.core.cache import cache
from django.db.models import Count, Sum

from shop.catalogue.headings import Named
from shop.catalogue.models import Heading
from shop.orders.models import Order, OrderLine
from shop.orders.states import State

KEPT_S = 600
LATELY = 1000  # orders
MOST_BOOKS = 24
MOST_SERIES = 30
SOLD = (State.PLACED, State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED, State.SHIPPED)


def keys() -> list[int]:
    """Books on sale by how many of the newest orders have them, most first."""
    return cache.get_or_set("popular-books", _count, KEPT_S) or []


def long_series() -> list[Named]:
    """The series of which most books are on sale."""
    found = cache.get_or_set("long-series", _series, KEPT_S) or []
    return [Named("series", *each) for each in found]


def _count() -> list[int]:
    lately = Order.objects.filter(state__in=SOLD).newest_first().values("pk")[:LATELY]
    lines = OrderLine.objects.filter(order__in=lately, book__retired_at=None).values("book")
    ranked = lines.annotate(orders=Count("id"), copies=Sum("quantity")).order_by("-orders", "-copies", "-book")
    return [line["book"] for line in ranked[:MOST_BOOKS]]


def _series() -> list[tuple]:
    """Plain values, since a cache outlives the code that filled it."""
    found = Heading.objects.filter(kind="series", books__gte=2).order_by("-books", "slug")[:MOST_SERIES]
    return [(one.slug, one.label, one.books) for one in found]
