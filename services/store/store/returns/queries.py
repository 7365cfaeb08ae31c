"""Questions about returns."""

from collections import defaultdict

from store.orders.models import Allocation, Order
from store.returns.accepting import with_customers
from store.returns.models import Return, ReturnedCopy, ReturnLine, ReturnState
from store.returns.operations import lines_of


def lines_with_copies(found: Return) -> list[ReturnLine]:
    """The lines of a return, counted, each with `here`: what came back, and `out`: copies that may still come."""
    lines = lines_of(found)
    here, out = defaultdict(list), defaultdict(list)
    for came in ReturnedCopy.objects.filter(line__in=lines).select_related("copy__book").order_by("id"):
        here[came.line_id].append(came)
    sent = with_customers().filter(line__in=[line.line_id for line in lines])
    for allocation in sent.select_related("copy").order_by("id"):
        out[allocation.line_id].append(allocation.copy)
    for line in lines:
        line.here = here[line.id]
        line.out = out[line.line_id] if line.expected else []
    return lines


def copies_of(order: Order) -> list[Allocation]:
    """What was packed for an order, parcel by parcel, each with `is_away`: whether it was sent and is not back."""
    live = Allocation.objects.filter(line__order=order, released_at__isnull=True)
    inside = list(live.select_related("copy", "line", "parcel").order_by("parcel__number", "line__line", "id"))
    away = set(with_customers().filter(line__order=order).values_list("id", flat=True))
    for each in inside:
        each.is_away = each.pk in away
    return inside


def number_to_decide() -> int:
    """How many returns somebody has to approve or refuse."""
    return Return.objects.filter(state=ReturnState.ASKED).count()
