"""What a customer is told of a return, once for each change."""

from datetime import datetime
from decimal import Decimal

from shop.notifications.models import Mail
from shop.notifications.operations import compose, write_all
from shop.orders.models import Order
from shop.pages.wording import counted, money
from shop.returns.models import Return, State, Why

# That the parcel is on its way its sender knows.
KINDS: dict[State, str] = {
    State.ASKED: "return_asked",
    State.APPROVED: "return_approved",
    State.REFUSED: "return_refused",
    State.RECEIVED: "return_received",
    State.CLOSED: "return_closed",
}
UNHEARD = "unheard"  # in place of a version, for a return that ended without the store's having it


def kind_of(found: Return, state: State) -> str:
    """Which letter tells of a new state; an empty text for none."""
    if found.why == Why.UNASKED and state == State.APPROVED:
        return ""  # the books are here already; the letter on their coming tells of them
    return KINDS.get(state, "")


def slot(found: Return, version: int | str) -> str:
    """What makes the letter of a version unique. The request itself is version 0."""
    return f"return:{found.number}:{version}"


def write(
    found: Return, state: State, *, now: datetime, returned: Decimal = Decimal(0), version: int | str | None = None
) -> None:
    """Step: write the letter on the return's present version, if its new state has one.

    :param returned: what goes back with this version.
    :param version: if it is not the store's.
    """
    if kind := kind_of(found, state):
        event = slot(found, found.version if version is None else version)
        write_all([_letter(found, kind, event, returned, now=now)])


def _letter(found: Return, kind: str, event: str, returned: Decimal, *, now: datetime) -> Mail:
    order: Order = found.order
    lines = list(found.lines.select_related("line").order_by("line__position"))
    came, all_of_it = sum(line.received for line in lines), sum(line.quantity for line in lines)
    context = {
        "order": order,
        "return": found,
        "books": [f"{counted(line.quantity, 'copy', 'copies')} of “{line.line.title}”" for line in lines],
        "came": came,
        "all_of_it": all_of_it,
        "why_not": _why_not(lines),
        "reason": found.reason,
        "returned": money(returned, order.currency) if returned else "",
        "by_hand": money(found.by_hand, order.currency) if found.by_hand else "",
        "is_unasked": found.why == Why.UNASKED,
        "url": order.signed_url,
    }
    return compose(
        event=event,
        kind=kind,
        key=str(order.number),
        to=order.email,
        template=kind,
        context=context,
        now=now,
        reader=order.user_id,
        is_needed=bool(returned or found.by_hand),
    )


def _why_not(lines) -> str:
    """For what no money goes back, in words."""
    told = [
        (sum(line.missing for line in lines), "did not come"),
        (sum(line.not_ours for line in lines), "came as something that we did not send"),
        (
            sum(line.received - line.refund for line in lines),
            "came in a state in which we cannot take it back at its price",
        ),
    ]
    return "; ".join(f"{counted(number, 'copy', 'copies')} {words}" for number, words in told if number)
