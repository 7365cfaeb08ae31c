"""Giving invoices their numbers."""

from collections.abc import Iterable
from datetime import datetime

from shop.invoices.billing import billed
from shop.invoices.models import Invoice, Series
from shop.orders.models import Order, OrderLine

SERIES = "invoices"


def issue(sent: Iterable[tuple[Order, list[OrderLine]]], *, now: datetime) -> None:
    """Step: write the invoices of locked orders that have just been sent, each order's once.

    A number is taken in the transaction that writes its invoice: whatever undoes one undoes both, so that no number is
    missing, and who comes meanwhile waits for the row. Nothing locks an order after this row, so nobody waits in a circle.
    """
    sent = list(sent)
    if not sent:
        return
    billed_before = set(Invoice.objects.filter(order__in=[order for order, _ in sent]).values_list("order", flat=True))
    new = [(order, lines) for order, lines in sent if order.pk not in billed_before]
    if not new:
        return
    Series.objects.bulk_create([Series(name=SERIES)], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(name=SERIES)
    first = series.last + 1
    Invoice.objects.bulk_create(
        Invoice(number=number, order=order, issued_at=now, total=billed(order, lines))
        for number, (order, lines) in enumerate(new, start=first)
    )
    series.last += len(new)
    series.save(update_fields=["last"])
