"""Returns that are not what the store's log says of them. What was told and paid is neither taken back nor done twice."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shop.bell import ring_after_commit
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage, Topic
from shop.returns import hearing
from shop.returns.models import Return, ReturnEvent, ReturnLine, State, Why
from shop.storelink import set_aside
from shop.storelink.models import Feed
from store_client import NewReturn, ReturnAnswer
from store_client import ReturnEvent as Heard
from worker_bell import Topic as Wake

LOOK_AT_BOTH = "Look at both sides with: order_story"
GAPS = "The log of it has gaps."
UNKNOWN = "The shop knows no such request. Restore the shop's backup, or settle it with its customer."
OTHERWISE = (
    "The store tells of it otherwise than before, as after a restore of its database. Its customer was told what stands "
    "here: go on with it in the warehouse until both agree, or settle it by hand."
)
LOST = (
    "The store has lost it, and its customer was told what stands here. Take its copies back in the warehouse when they "
    "come, and settle its money by hand."
)


def follow(stored: ReturnAnswer, *, now: datetime) -> str:
    """This function will make a return what the store says of it; "" if it is now, else what a person has to do.

    What has brought money back is not applied again, and no version has a second letter.
    """
    events = stored.events
    if not events or [event.version for event in events] != list(range(1, stored.version + 1)):
        return f"{GAPS} {LOOK_AT_BOTH}"
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().filter(pk=events[0].order).first()
        found = Return.objects.filter(pk=stored.number, order=order).first()
        if order is None or (found is None and events[0].why != Why.UNASKED):
            return UNKNOWN
        kept = list(found.events.order_by("version")) if found else []
        if problem := _why_not(found, kept, events):
            return f"{problem} {LOOK_AT_BOTH} {order.number}"
        done = _done(kept)
        if done:
            _stand_as_heard(found, Heard.parse(kept[done - 1].body))
        hearing.apply_events(events[done:], now=now)
        set_aside.let_go(Feed.Name.RETURNS, [event.key for event in events])
    return ""


def ask_again(number: UUID, *, now: datetime) -> str:
    """This function will send the store a request that it does not have; see follow() for the answer."""
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(of=("self",)).get(returns=number)
        found = Return.objects.get(pk=number)
        if found.state != State.ASKED or found.version > 1 or found.why == Why.UNASKED:
            return f"{LOST} {LOOK_AT_BOTH} {order.number}"
        found.events.all().delete()
        found.version = 0
        found.save(update_fields=["version"])
        lines = found.lines.values_list("line__position", "quantity").order_by("line__position")
        body = NewReturn(order.number, found.why, found.words, found.asked_at, dict(lines)).body()
        OutboxMessage.write_anew(topic=Topic.RETURN_ASKED, key=str(number), body=body, now=now)
        ring_after_commit(Wake.OUTBOX)
    return ""


def _why_not(found: Return | None, kept: list[ReturnEvent], events: tuple[Heard, ...]) -> str:
    """Why the store's log is none that goes on where ours ends."""
    if [event.version for event in kept] != list(range(1, len(kept) + 1)):
        return GAPS
    is_same = all(Heard.parse(ours.body) == theirs for ours, theirs in zip(kept, events))
    return "" if is_same and len(kept) <= len(events) else OTHERWISE


def _done(kept: list[ReturnEvent]) -> int:
    """So many events are surely applied: up to the last that brought money back, or else the first.

    The others may have been kept behind a version that somebody set too high. Applied again, they have no second letter.
    """
    return max((place for place, event in enumerate(kept, start=1) if event.amount), default=min(len(kept), 1))


def _stand_as_heard(found: Return, last: Heard) -> None:
    """Step: what was heard counts, whatever somebody wrote into the rows."""
    found.state, found.version, found.reason = State(last.status), last.version, last.reason[: hearing.REASON_LENGTH]
    found.save(update_fields=["state", "version", "reason"])
    for count in last.lines:
        counts = {name: getattr(count, name) for name in hearing.COUNTERS}
        ReturnLine.objects.filter(of=found, line__position=count.line).update(quantity=count.asked, **counts)
