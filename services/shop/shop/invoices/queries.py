"""Reading invoices, always through their order."""

from shop.invoices.models import Invoice
from shop.orders.models import Order


def invoice_of(order: Order) -> Invoice | None:
    """An order that was not sent has none."""
    return Invoice.objects.filter(order=order).select_related("order").first()
