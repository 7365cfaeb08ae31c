"""What left on a day, carrier by carrier: the list that goes with the driver."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from store.clock import begin_of, by_clock
from store.orders import collecting
from store.orders.models import OrderQuerySet
from store.orders.parcels import Parcel
from store.spreadsheet import harmless

COLUMNS = (
    "order", "parcel", "carrier", "tracking code", "copies", "weight in g", "to collect",
    "currency", "name", "street", "addition", "postcode",
    "city", "country", "state",
)  # fmt: skip
CHUNK = 1000
ADDRESS = ("name", "line1", "line2", "postcode", "city", "country")


def left_on(day: date, *, orders: OrderQuerySet, carrier: str | None = None) -> QuerySet[Parcel]:
    """The parcels that left on that day, by carrier.

    :param orders: those that who asks may see.
    :param carrier: only this one's; an empty text is those of nobody that was named.
    """
    start, end = begin_of(day), begin_of(day + timedelta(days=1))
    inside = Count("allocations", filter=Q(allocations__released_at__isnull=True))
    found = Parcel.objects.filter(dispatched_at__gte=start, dispatched_at__lt=end)
    found = found.filter(order__in=orders).select_related("order").annotate(copies=inside)
    if carrier is not None:
        found = found.filter(carrier=carrier)
    return found.order_by("carrier", "dispatched_at", "id")


def carriers_on(day: date, *, orders: OrderQuerySet) -> list[str]:
    rows = left_on(day, orders=orders).order_by("carrier").values_list("carrier", flat=True)
    return list(dict.fromkeys(rows))


def lines_of(parcels: QuerySet[Parcel]) -> Iterator[list[str]]:
    """Lines for a CSV; nothing in them is taken for a formula by a spreadsheet."""
    yield [*COLUMNS, f"left at ({settings.TIME_ZONE})"]
    for parcel, to_collect in _with_sums(parcels):
        to = parcel.order.ship_to
        cells = [parcel.order.reference, parcel.number, parcel.carrier, parcel.tracking, parcel.copies]
        cells += ["" if parcel.weight_g is None else parcel.weight_g]
        cells += [to_collect, parcel.order.currency] if to_collect else ["", ""]  # a carrier asks nobody for 0.00
        cells += [to.get(part, "") for part in ADDRESS]
        cells += [parcel.get_state_display(), by_clock(parcel.dispatched_at, "%Y-%m-%d %H:%M")]
        yield [harmless(str(cell)) for cell in cells]


def _with_sums(parcels: QuerySet[Parcel]) -> Iterator[tuple[Parcel, Decimal | None]]:
    """Each parcel with what its carrier collects for it."""
    rows = parcels.iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        sums = collecting.of_parcels({parcel.order_id: parcel.order for parcel in some}.values())
        yield from ((parcel, sums.get(parcel.pk)) for parcel in some)
