"""What stands beside a talk at the desk: its order with parcels and letters, as far as the employee may see them."""

from dataclasses import dataclass, field
from datetime import datetime

from shop.accounts.models import User
from shop.chat.models import Room
from shop.notifications.models import Mail
from shop.orders import queries
from shop.orders.models import Order, Parcel
from shop.orders.queries import Step
from shop.orders.states import State
from shop.pages.wording import money
from shop.payments.queries import refunds_of
from shop.returns.queries import returns_of
from shop.staff.roles import LOOK_AT_MAIL, SEE_ALL_ORDERS, SEE_BUYER
from shop.story.sources import Known
from shop.story.whole import short_story

LETTERS_SHOWN = 30
ORDERS_SHOWN = 5


@dataclass
class Beside:
    """:ivar total: empty for who may not see what is paid. :ivar others: orders of who talks, if it is about none."""

    order: Order | None = None
    state: State | None = None
    total: str = ""
    steps: list[Step] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    letters: list[Mail] | None = None
    others: list[Order] = field(default_factory=list)


def all_about(room: Room, *, reader: User, now: datetime) -> Beside:
    """This function will gather it. Statements do not depend on how much there is of anything."""
    found = Beside()
    if reader.has_perm("orders.view_order") and reader.has_perm(SEE_ALL_ORDERS):
        if room.order_id:
            _tell_of_order(found, room, reader, now=now)
        elif room.user_id:
            found.others = list(Order.objects.filter(user=room.user_id).newest_first()[:ORDERS_SHOWN])
    if reader.has_perm(LOOK_AT_MAIL):
        keys = [str(room.number), *([str(room.order_id)] if room.order_id else [])]
        found.letters = list(Mail.objects.filter(key__in=keys).defer("text", "html").order_by("-id")[:LETTERS_SHOWN])
    return found


def _tell_of_order(found: Beside, room: Room, reader: User, *, now: datetime) -> None:
    order = queries.any_order(room.order_id)
    sees_buyer = reader.has_perm(SEE_BUYER)
    found.order, found.state, found.parcels = order, order.state_at(now), queries.parcels_of(order)
    found.total = money(order.total, order.currency) if sees_buyer else ""
    refunds = list(refunds_of(order).select_related("payment")) if sees_buyer else []
    heard = queries.heard_of(order) if sees_buyer else []  # what fell short is told with its price
    found.steps = short_story(Known(order, heard, found.parcels, refunds, returns_of(order)))
