"""Questions about deliveries."""

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from store.receiving.models import DeliveredCopy, Delivery, DeliveryLine


def deliveries() -> QuerySet:
    """All, those that are open first, each with `noted` and `came`: copies by the note, and copies that are in."""
    lines = DeliveryLine.objects.filter(delivery=OuterRef("pk")).order_by().values("delivery")
    came = DeliveredCopy.objects.filter(line__delivery=OuterRef("pk"), arrived_at__isnull=False)
    return Delivery.objects.annotate(
        noted=Coalesce(Subquery(lines.values(n=Sum("quantity")), output_field=IntegerField()), 0),
        came=Coalesce(
            Subquery(came.order_by().values("line__delivery").values(n=Count("pk")), output_field=IntegerField()), 0
        ),
    ).order_by(F("closed_at").desc(nulls_first=True), "-pk")


def lines_of(delivery: Delivery) -> list[DeliveryLine]:
    """The lines with `came`, `lacking` and `surplus`, what is still lacking first."""
    lines = DeliveryLine.objects.filter(delivery=delivery).select_related("book")
    lines = list(
        lines.annotate(came=Count("copies", filter=Q(copies__arrived_at__isnull=False))).order_by("book__title", "pk")
    )
    for line in lines:
        line.lacking, line.surplus = max(line.quantity - line.came, 0), max(line.came - line.quantity, 0)
    return sorted(lines, key=lambda line: not line.lacking)


def barcodes_that_came(delivery: Delivery) -> list[str]:
    """Of the copies that are in, in the order in which they came."""
    came = DeliveredCopy.objects.filter(line__delivery=delivery, arrived_at__isnull=False)
    return list(came.order_by("arrived_at", "pk").values_list("copy__barcode", flat=True))
