"""What partners hear by themselves: who listens, what happened, and what was sent to whom.

The database writes events and deliveries itself, by triggers in the transaction of the change (see migrations/0002): each
way in which an order moves or a book is written is seen, thousands of books by one statement, and nothing is written while
nobody listens.
"""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from shop.outbox.models import Deliverable, due_indexes


class Kind(models.TextChoices):
    """As they stand on the wire."""

    ORDER_MOVED = "order.moved", "order moved"
    STOCK = "book.stock", "stock of a book"
    PRICE = "book.price", "price of a book"
    TEST = "webhook.test", "test"


class EndpointQuerySet(models.QuerySet):
    def served(self, *, now: datetime) -> "EndpointQuerySet":
        """Those that something may be sent to at this moment."""
        return self.filter(Q(next_at=None) | Q(next_at__lte=now), is_active=True, switched_off_at=None)


class Endpoint(models.Model):
    """Where a partner listens. One that was switched off for failing goes on collecting; one that is not active does not."""

    name = models.CharField(max_length=80, unique=True, help_text="Whose it is.")
    url = models.CharField("address", max_length=500)
    wants_orders = models.BooleanField(
        "moves of orders", default=False, help_text="Of all orders, without anything about their customers."
    )
    wants_stock = models.BooleanField("stock of books", default=False)
    wants_prices = models.BooleanField("prices of books", default=False)
    is_active = models.BooleanField("active", default=True, help_text="What happens while it is not is never sent.")
    secret = models.CharField(max_length=300, editable=False)
    old_secret = models.CharField(max_length=300, blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text="Attempts that failed since one did not."
    )
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Nothing is tried before.")
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    switched_off_at = models.DateTimeField(null=True, blank=True, editable=False)
    why_off = models.CharField(max_length=300, blank=True, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook"

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something that happened, once for all who listen. `id` is its sequence number: within a subject, later is higher."""

    number = models.UUIDField(unique=True, default=uuid.uuid4, help_text="The same at each attempt, for all partners.")
    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=60, help_text="What it is about, such as order:<number> or book:<id>.")
    data = models.JSONField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def public_id(self) -> str:
        return f"evt_{self.number.hex}"


class Delivery(Deliverable):
    """One event on its way to one endpoint. `key` is endpoint and subject: what concerns one book or order keeps its order."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name="webhook")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="one_delivery_per_endpoint_and_event")
        ]
        indexes = [
            *due_indexes("webhook"),
            models.Index(fields=["endpoint", "id"], name="webhook_of_endpoint", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    @classmethod
    def claim_of(cls, endpoint: Endpoint, *, now: datetime) -> Self | None:
        """This function will lease the first due row of one endpoint; see claim_next()."""
        return next(
            iter(cls._claim(now=now, at_most=1, only="due.endpoint_id = %(endpoint)s", endpoint=endpoint.pk)), None
        )


class Attempt(models.Model):
    """What one attempt came to: an answer, or the reason why there was none."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the answer, if there was one.")
    ms = models.PositiveIntegerField("milliseconds")
    said = models.CharField(max_length=600, blank=True, help_text="How the answer began, or why there was none.")

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.status or 'no answer'}"
