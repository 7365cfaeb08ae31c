"""Shelves that somebody asked to have counted, because a copy was not where it should be."""

from datetime import datetime

from store.stock.models import CountTask


def open_tasks() -> list[CountTask]:
    """What is still to be counted, the oldest first."""
    return list(CountTask.objects.filter(done_at=None).select_related("book").order_by("asked_at", "pk"))


def settle(*, task_id: int, note: str, actor: str, now: datetime) -> bool:
    """Note what became of a task that no shelf is known for; answer whether it was still to be done.

    :param note: not blank.
    """
    there = CountTask.objects.filter(pk=task_id, shelf="", done_at=None)
    return bool(there.update(done_at=now, done_note=note, done_by=actor))


def done(shelf: str, *, now: datetime) -> None:
    """Step: note that the shelf was counted."""
    CountTask.objects.filter(shelf__iexact=shelf, done_at=None).update(done_at=now)
