"""Reading talks, always through who may see them."""

from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from shop.accounts.models import User
from shop.chat import opening
from shop.chat.models import Message, Room, RoomQuerySet, Side
from shop.chat.rights import Shopper
from shop.chat.states import UNTAKEN, State
from shop.orders.models import Order

MOST_MESSAGES = 200  # in one page, or one answer
MOST_LISTED = 50
READ_BY = {Side.SHOPPER: "read_by_shopper", Side.STAFF: "read_by_staff"}
MAILED_TO = {Side.SHOPPER: "mailed_to_shopper", Side.STAFF: "mailed_to_staff"}


def talk_of(shopper: Shopper, number: UUID, *, token: str = "") -> Room | None:
    """This function will find a talk for its shopper, or for who holds its signed link; None for anybody else (L28)."""
    found = any_talk(number)
    return found if found and shopper.sees(found, token=token) else None


def any_talk(number: UUID) -> Room | None:
    """For employees: whosever it is. Who asks must have been asked for the right first (`rights`)."""
    return Room.objects.select_related("user", "order", "taken_by").filter(pk=number).first()


def talks_of(shopper: Shopper) -> QuerySet[Room]:
    """The newest of a shopper's own, with how much is new in each."""
    mine = Q(number__in=shopper.talks) | Q(order__in=shopper.viewer.numbers)
    if shopper.user is not None:
        mine |= Q(user=shopper.user) | Q(order__user=shopper.user)
    return Room.objects.filter(mine).select_related("order").with_unread().order_by("-last_at")[:MOST_LISTED]


def whole_talks_of(user: User) -> list[Room]:
    """An account's talks and those about its orders, each with all its messages as `said`."""
    said = Prefetch("messages", Message.objects.order_by("position"), to_attr="said")
    mine = Room.objects.filter(Q(user=user) | Q(order__user=user))
    return list(mine.select_related("order").prefetch_related(said).order_by("opened_at"))


def talk_about(order: Order) -> Room | None:
    """The one talk about an order; who may see the order may see it."""
    return Room.objects.filter(order=order).first()


def began_with(key: UUID, user: User | None) -> Room | None:
    """The talk that this form began before. A guest shows with the key alone that it is theirs."""
    return Room.objects.filter(key=key, user=user).first()


def messages_since(room: Room, position: int = 0, *, most: int = MOST_MESSAGES) -> list[Message]:
    """This function will read what was said after a position, oldest first. Of too many, it is the newest."""
    newest = room.messages.filter(position__gt=position).order_by("-position")[:most]
    return list(newest)[::-1]


def unread(room: Room, side: Side) -> int:
    """How many messages of the other side this side has not read."""
    other = Side.STAFF if side == Side.SHOPPER else Side.SHOPPER
    return room.messages.filter(side=other, position__gt=getattr(room, READ_BY[side])).count()


def waiting(*, now: datetime) -> RoomQuerySet:
    """Talks that nobody has, and those whose holder is not there while the last word is the shopper's."""
    left = Q(state=State.ACTIVE, last_word=Side.SHOPPER) & ~Q(taken_by__in=opening.who_gave_a_sign(now=now))
    return Room.objects.with_last_word().filter(Q(state__in=UNTAKEN) | left)


def board(*, now: datetime) -> dict[str, list[Room]]:
    """What the desk shows: who waits, the longest first; what is being answered; and what was closed last."""
    rooms = Room.objects.select_related("user", "order", "taken_by").with_unread()
    waits = waiting(now=now)
    active = rooms.filter(state=State.ACTIVE).exclude(pk__in=waits.filter(state=State.ACTIVE).values("pk"))
    return {
        "waiting": list(
            waits.select_related("user", "order", "taken_by").with_unread().order_by("last_at")[:MOST_LISTED]
        ),
        "active": list(active.order_by("-last_at")[:MOST_LISTED]),
        "closed": list(rooms.filter(state=State.CLOSED).order_by("-closed_at")[:MOST_LISTED]),
    }


def closed_before(moment: datetime) -> QuerySet[Room]:
    return Room.objects.filter(state=State.CLOSED, closed_at__lt=moment)
