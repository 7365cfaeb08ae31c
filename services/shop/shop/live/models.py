"""What pages of an order show beside its moves: a parcel, copies that fall short, money, a return."""

from django.db import models
from django.db.models import Count, F, Func, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


class Change(models.Model):
    """One transaction that changed what an order's pages show. The database writes it, whichever way the change is made.

    It is numbered with the order's events, so that both are one log with one position.
    """

    id = models.BigIntegerField(
        primary_key=True, editable=False, db_default=Func(Value("orders_orderevent_id_seq"), function="nextval")
    )
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="changes")
    xid = models.BigIntegerField(help_text="Of the transaction.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "xid"], name="one_change_per_order_and_transaction")]

    def __str__(self) -> str:
        return f"{self.order_id} changed"


def edition() -> Coalesce:
    """How much has happened to an order that its pages show. It only grows, in whatever order transactions commit."""
    changes = Change.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return F("version") + Coalesce(Subquery(changes.annotate(number=Count("pk")).values("number")), 0)
