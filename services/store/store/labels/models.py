"""Labels that are drawn in the background, because they are more than somebody should wait for."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Paper(StrEnum):
    SHEET = "sheet"
    ROLL = "roll"


class Kind(models.TextChoices):
    COPIES = "copies", "copies"
    SHELVES = "shelves", "shelves"


class LabelBatch(models.Model):
    """Many labels, drawn part by part. Only `labels.batches` changes it."""

    kind = models.CharField(max_length=8, choices=Kind)
    names = ArrayField(models.TextField(), help_text="Barcodes or shelves, in the order of the labels.")
    paper = models.CharField(max_length=5, choices=[(paper.value, paper.value) for paper in Paper])
    start = models.PositiveSmallIntegerField(default=1)
    made_by = models.CharField(max_length=254)
    made_at = models.DateTimeField()
    drawn = models.PositiveIntegerField(default=0)  # of the names
    tries = models.PositiveSmallIntegerField(default=0)  # of the part that is next
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["id"], condition=models.Q(ended_at=None), name="label_batches_to_draw")]

    def __str__(self) -> str:
        return f"{len(self.names)} labels of {self.get_kind_display()}"


class LabelFile(models.Model):
    """A part of a batch as a PDF: the labels from the first to the last one, counted from 1."""

    batch = models.ForeignKey(LabelBatch, on_delete=models.CASCADE, related_name="files")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    file = models.CharField(max_length=60)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "first"], name="part_of_a_batch_once")]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"
