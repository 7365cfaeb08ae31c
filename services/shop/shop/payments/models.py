"""Payments of orders, what gateways told of them, and what is given back."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from shop.outbox.models import Deliverable, due_indexes
from shop.payments.gateways import PATIENT
from shop.payments.states import MOVES, IllegalMove, RefundState, State

OPEN = frozenset({State.CREATED, State.PENDING, State.AUTHORISED})
WITH_THE_CUSTOMER = frozenset({State.CREATED, State.PENDING})


class Payment(models.Model):
    """One try to pay an order. A second charge on the same try is a payment of its own, so that each can be given back.

    `key` is ours and goes to the gateway; `reference` is the gateway's name of the try, `charge` that of the money taken.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=20)
    reference = models.CharField(max_length=100, blank=True)
    charge = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.CREATED)
    amount = models.DecimalField(max_digits=12, decimal_places=2, help_text="What was asked for.")
    currency = models.CharField(max_length=3)
    captured = models.DecimalField(max_digits=12, decimal_places=2, default=0, help_text="What was taken.")
    captured_currency = models.CharField(max_length=3, blank=True)
    refunded = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="What is, or will be, returned."
    )
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True, help_text="When the shop heard of it, by its own clock.")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was decided what the money is for.")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the gateway last answered what it knows.")
    ask_at = models.DateTimeField(null=True, blank=True, help_text="When the gateway is to be asked next.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="refunded_within_captured"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_asks_for_something"),
            models.UniqueConstraint(
                fields=["gateway", "charge"], condition=~Q(charge=""), name="one_payment_per_charge"
            ),
        ]
        indexes = [
            models.Index(
                fields=["captured_at"], condition=Q(state="captured", settled_at=None), name="payments_unsettled"
            ),
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="payments_to_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} by {self.gateway}, {self.state}"

    @property
    def is_as_asked(self) -> bool:
        return (self.captured, self.captured_currency) == (self.amount, self.currency)

    @property
    def is_patient(self) -> bool:
        """Its money takes days, for which no copies are held."""
        return self.gateway in PATIENT

    @property
    def kept(self) -> Decimal:
        """What was taken and is not given back."""
        return self.captured - self.refunded

    def move_to(self, state: State, *, at: datetime, reason: str = "") -> "PaymentEvent":
        """This function will change a locked payment and return the event that tells of it; the caller saves both.

        :raises IllegalMove: if the table of moves does not allow it.
        """
        if state not in MOVES[State(self.state)]:
            raise IllegalMove(f"The payment {self.key} cannot go from {self.state} to {state}.")
        self.state = state
        return PaymentEvent(payment=self, state=state, at=at, reason=reason)


class PaymentEvent(models.Model):
    """One move of a payment, kept for ever."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.payment_id} {self.state}"


class PaymentNotice(models.Model):
    """What a gateway told by itself, once per id however often it is told."""

    gateway = models.CharField(max_length=20)
    notice_id = models.CharField(max_length=100)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="notices")
    body = models.JSONField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "notice_id"], name="one_payment_notice_per_id")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.notice_id}"


class Refund(Deliverable):
    """Money on its way back. `key` names payment and cause, so that no cause gives back twice, here or at the gateway."""

    key = models.CharField(max_length=100, unique=True, help_text="refund:<payment>:<cause>")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=500)
    reference = models.CharField(
        max_length=100, blank=True, help_text="Where a person who gave it back by hand has written it down."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_gives_something")]
        indexes = due_indexes("refund")

    def __str__(self) -> str:
        return f"{self.amount} for {self.key}"

    @property
    def stage(self) -> RefundState:
        """Where the refund is, in the words of its machine."""
        if self.state == Deliverable.State.SENT:
            return RefundState.DONE
        if self.state == Deliverable.State.WAITING:
            return RefundState.SENT if self.attempts else RefundState.DUE
        return RefundState.FAILED
