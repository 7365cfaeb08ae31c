"""Counts of shelves: what was found on one, compared with what should stand there."""

from django.db import models
from django.db.models.functions import Now

from store.stock.models import BookItem


class CountState(models.TextChoices):
    OPEN = "open", "being counted"
    POSTED = "posted", "posted"
    DROPPED = "dropped", "dropped"


class ShelfCount(models.Model):
    """One count of one shelf. Only `counting.operations` changes it."""

    shelf = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=CountState, default=CountState.OPEN)
    blind = models.BooleanField(default=False)
    shown = models.BooleanField(default=True)  # whether who counts may see what should be there
    started_by = models.CharField(max_length=254)
    started_at = models.DateTimeField(db_default=Now())
    ended_by = models.CharField(max_length=254, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "count"
        constraints = [
            models.UniqueConstraint(
                fields=["shelf"], condition=models.Q(state=CountState.OPEN), name="one_open_count_of_a_shelf"
            )
        ]
        indexes = [models.Index(fields=["state", "-id"], name="counts_by_state")]

    def __str__(self) -> str:
        return f"count of shelf {self.shelf}"

    @property
    def is_open(self) -> bool:
        return self.state == CountState.OPEN


class Outcome(models.TextChoices):
    """What came of a copy when its count was posted."""

    HERE = "here", "where it should be"
    MOVED = "moved", "taken over from another shelf"
    FOUND = "found", "found again"
    MISSING = "missing", "missing"
    LEFT = "left", "left as it is"


class CountedCopy(models.Model):
    """A copy that was scanned, or was not and should have been; the latter are written when the count is posted."""

    count = models.ForeignKey(ShelfCount, on_delete=models.PROTECT, related_name="copies")
    copy = models.ForeignKey(BookItem, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["count", "copy"], name="copy_counted_once")]

    def __str__(self) -> str:
        return str(self.copy)
