"""How well a book is in stock, and which books lie there without being sold."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery, TextChoices

from store.stock.models import BookItem, CopyState, LedgerLine


class Band(TextChoices):
    CRITICAL = "critical", "critical"
    MEDIUM = "medium", "medium"
    GOOD = "good", "good"


def band_of(free: int) -> Band:
    """The band of a book with so many free copies."""
    if free <= settings.STOCK_CRITICAL_UP_TO:
        return Band.CRITICAL
    return Band.MEDIUM if free <= settings.STOCK_MEDIUM_UP_TO else Band.GOOD


def in_band(band: Band) -> Q:
    """The condition for books with `free` (see `BookQuerySet.with_stock`)."""
    critical, medium = settings.STOCK_CRITICAL_UP_TO, settings.STOCK_MEDIUM_UP_TO
    return {
        Band.CRITICAL: Q(free__lte=critical),
        Band.MEDIUM: Q(free__gt=critical, free__lte=medium),
        Band.GOOD: Q(free__gt=max(critical, medium)),
    }[band]


def in_words(band: Band) -> str:
    """The band with its numbers of free copies."""
    critical, medium = settings.STOCK_CRITICAL_UP_TO, settings.STOCK_MEDIUM_UP_TO
    numbers = {
        Band.CRITICAL: f"up to {critical}",
        Band.MEDIUM: f"{critical + 1} to {medium}",
        Band.GOOD: f"more than {medium}",
    }
    return f"{band.label}: {numbers[band]}"


def shelf_in_words(on_shelf: int, not_new: int) -> str:
    """How many copies stand on the shelf; those that the shop does not sell are told apart."""
    return f"{on_shelf - not_new} new, {not_new} used" if not_new else str(on_shelf)


def last_sold() -> Subquery:
    """When a copy of the outer book left for a customer the last time."""
    sent = LedgerLine.objects.filter(copy__book=OuterRef("pk"), to_state=CopyState.SHIPPED).order_by()
    return Subquery(sent.values("copy__book").annotate(last=Max("at")).values("last"))


def that_lie_dead(books: QuerySet, *, now: datetime) -> QuerySet:
    """Those of the books that have stood on the shelf for `DEAD_STOCK_DAYS`, and of which nothing was sold since."""
    since = now - timedelta(days=settings.DEAD_STOCK_DAYS)
    copies = BookItem.objects.filter(book=OuterRef("pk"), state=CopyState.AVAILABLE, received_at__lt=since)
    sold = LedgerLine.objects.filter(copy__book=OuterRef("pk"), to_state=CopyState.SHIPPED, at__gte=since)
    return books.filter(Exists(copies), ~Exists(sold))
