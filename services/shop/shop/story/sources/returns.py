"""What customers send back."""

from collections.abc import Iterable, Iterator

from shop.clock import by_clock
from shop.pages.wording import counted, money
from shop.returns.models import Return, ReturnEvent, State, Why
from shop.story.entry import Entry

WORDS: dict[State, str] = {
    State.ASKED: "is asked for.",
    State.APPROVED: "is approved. Print its label and send the parcel.",
    State.REFUSED: "was refused.",
    State.ON_THE_WAY: "is on its way back to us.",
    State.RECEIVED: "arrived; we look at the books next.",
    State.CLOSED: "is closed.",
}
IN_THE_HOUSE = WORDS | {State.APPROVED: "is approved.", State.RECEIVED: "arrived, or was counted again."}


def returns(found: Iterable[Return]) -> Iterator[Entry]:
    """What happened to the returns of an order. Its customer is told of an event that led to another state."""
    for each in found:
        if each.why != Why.UNASKED:
            yield _asked(each)
        before = State.ASKED
        for event in each.events.all():
            is_news = event.version <= each.version and event.state != before
            yield _heard(each, event, _to_customer(each, event) if is_news else "")
            before = event.state if is_news else before


def _asked(found: Return) -> Entry:
    copies = counted(sum(line.quantity for line in found.lines.all()), "copy", "copies")
    which = ", ".join(f"{line.quantity} of line {line.line.position}" for line in found.lines.all())
    return Entry(
        found.asked_at,
        "return",
        f"The customer asked to send {copies} back: return {found.reference}.",
        to_customer=f"You asked to send {copies} back: {found.reference}.",
        reason=found.get_why_display(),
        detail=f"return {found.reference} {found.number}: {which}, {found.why}",
        step="return",
        key=f"asked:{found.number}",
    )


def _to_customer(found: Return, event: ReturnEvent) -> str:
    words = f"Your return {found.reference} {WORDS[State(event.state)]}"
    if found.why == Why.UNASKED and event.state == State.APPROVED:
        words = f"Books of this order came back to us: {found.reference}."
    if event.state == State.CLOSED and found.by_hand:
        words += f" We owe you {money(found.by_hand, found.order.currency)}."
    return words


def _heard(found: Return, event: ReturnEvent, to_customer: str) -> Entry:
    key = f"returned:{found.number}"
    return Entry(
        event.at,
        "return",
        f"Return {found.reference} {IN_THE_HOUSE[State(event.state)]}",
        to_customer=to_customer,
        sum=money(event.amount, found.order.currency) if event.amount else "",
        reason=found.reason if event.state == State.REFUSED else "",
        detail=f"heard of version {event.version} of return {found.reference} at {by_clock(event.heard_at, '%F %T')}: {event.state}",
        step="return",
        key=f"{key}:{event.version}",
        after=(f"asked:{found.number}", f"{key}:{event.version - 1}", f"return:{found.number}:{event.version}"),
    )
