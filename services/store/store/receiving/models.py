"""Delivery notes: what a supplier says is in the parcel, and which copies came of it."""

from django.db import models
from django.db.models.functions import Now

from store.catalogue.models import Book
from store.stock.models import BookItem


class Delivery(models.Model):
    """A supplier's delivery note. Only `receiving.operations` changes it."""

    supplier = models.CharField(max_length=200)
    reference = models.CharField("delivery note", max_length=100)
    revision = models.PositiveIntegerField(default=0)  # counts what came in, so that no scan is done twice
    made_by = models.CharField(max_length=254)
    made_at = models.DateTimeField(db_default=Now())
    closed_by = models.CharField(max_length=254, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["supplier", "reference"], name="delivery_note_once")]

    def __str__(self) -> str:
        return f"{self.reference} of {self.supplier}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class DeliveryLine(models.Model):
    """So many copies of a book by the note; none for a book that came without being on it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="lines")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "book"], name="book_once_in_its_delivery")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.book}"


class DeliveredCopy(models.Model):
    """A copy of a line, expected until it arrives."""

    line = models.ForeignKey(DeliveryLine, on_delete=models.PROTECT, related_name="copies")
    copy = models.OneToOneField(BookItem, on_delete=models.PROTECT, related_name="delivered")
    arrived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.copy)
