"""Shelves that somebody asked to have counted, because a copy was not where it should be."""

from datetime import datetime

from store.stock.models import CountTask


def open_tasks() -> list[CountTask]:
    """What is still to be counted, the oldest first."""
    return list(CountTask.objects.filter(done_at=None).select_related("book").order_by("asked_at", "pk"))


def done(shelf: str, *, now: datetime) -> None:
    """Step: note that the shelf was counted."""
    CountTask.objects.filter(shelf__iexact=shelf, done_at=None).update(done_at=now)
