"""The test bank's own books. It is the outside world: the shop never reads these tables, it asks the bank."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class Session(models.Model):
    """One try to pay, opened by a shop and shown to its customer."""

    class State(models.TextChoices):
        OPEN = "open"
        AUTHORISED = "authorised"
        DECLINED = "declined"
        CLOSED = "closed"

    number = models.CharField(max_length=40, primary_key=True)
    shop_key = models.UUIDField(unique=True, help_text="The shop's own key of the payment.")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    about = models.CharField(max_length=200)
    back = models.URLField(max_length=500)
    ends = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: {self.amount} {self.currency}"


class ChargeQuerySet(models.QuerySet):
    def made_by(self, now: datetime) -> "ChargeQuerySet":
        return self.filter(made_at__lte=now)


class Charge(models.Model):
    """Money taken from a customer. One made in the future is that of a customer who pays late."""

    number = models.CharField(max_length=40, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="charges")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    made_at = models.DateTimeField()
    returned = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=models.F("amount")), name="bank_returns_what_it_took"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.amount}"


class Return(models.Model):
    """Money given back, once for each key that a shop names."""

    key = models.CharField(max_length=100, primary_key=True)
    charge = models.ForeignKey(Charge, on_delete=models.CASCADE, related_name="returns")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.amount}"


class BankNotice(models.Model):
    """A letter to the shop that waits to be posted."""

    number = models.CharField(max_length=40, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="notices")
    post_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.number} about {self.session_id}"
