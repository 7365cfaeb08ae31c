"""What a person may do about rows that were not delivered."""

from datetime import datetime

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox.models import Deliverable, OutboxMessage, Topic
from shop.returns.models import Return
from shop.returns.models import State as Asked

GIVEN_UP = (Deliverable.State.REFUSED, Deliverable.State.GIVEN_UP)


def send_again(rows: QuerySet, *, now: datetime) -> int:
    """This function will have rows delivered anew that were refused, and those at once that wait for their next try.

    An order or a return the customer was told is over is left out: the store could still take it.

    :returns: how many.
    """
    if rows.model is OutboxMessage:
        open_states = [State.PLACED, State.CANCEL_REQUESTED]
        still_open = Order.objects.filter(state__in=open_states).annotate(as_key=Cast("number", CharField()))
        rows = rows.filter(~Q(topic=Topic.ORDER_PLACED) | Q(key__in=still_open.values("as_key")))
        still_asked = Return.objects.filter(state=Asked.ASKED).annotate(as_key=Cast("number", CharField()))
        rows = rows.filter(~Q(topic=Topic.RETURN_ASKED) | Q(key__in=still_asked.values("as_key")))
    again = rows.filter(state__in=[*GIVEN_UP, Deliverable.State.WAITING])
    return again.update(state=Deliverable.State.WAITING, next_at=now, done_at=None)
