"""How many copies of each book were sold."""

from datetime import datetime

from django.db.models import Count, F, QuerySet, Sum

from shop.orders.models import OrderLine
from shop.staff.figures import SOLD


def sold_since(since: datetime) -> QuerySet:
    """By book, most first: copies ordered in orders that live, of them short and sent, and in how many orders."""
    lines = OrderLine.objects.filter(order__placed_at__gte=since, order__state__in=SOLD).order_by()
    by_book = lines.values("book_id", "book__isbn13", "book__title")
    counted = by_book.annotate(
        sold=Sum(F("quantity") - F("short")), shipped=Sum("shipped"), orders=Count("order", distinct=True)
    )
    return counted.order_by("-sold", "book_id")
