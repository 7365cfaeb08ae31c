"""The order whose packing slip was scanned, or whose reference its customer says on the phone."""

from uuid import UUID

from store.orders.codes import Code
from store.orders.models import Order, OrderQuerySet
from store.stock.models import BookItem


def order_of(code: Code, *, among: OrderQuerySet) -> Order | None:
    """The order with this reference, of two the newer one; None if it may be none, or a copy of ours has such a label.

    :param among: those that who scans may see.
    """
    if not code.order or BookItem.objects.filter(barcode__in=code.labels).exists():
        return None
    lowest, highest = UUID(code.order.ljust(32, "0")), UUID(code.order.ljust(32, "f"))
    return among.filter(number__range=(lowest, highest)).order_by("-id").first()
