"""What open pages of talks and of the desk are told, read for all of them at once."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from shop.accounts.models import User
from shop.chat import opening, queries
from shop.chat.models import Message, Presence, Room, Side
from shop.chat.states import UNTAKEN, State

MOST_AT_THE_DESK = 200

NEW_MESSAGES = """
SELECT message.* FROM chat_message AS message
JOIN unnest(%s::uuid[], %s::int[]) AS known (room, last)
  ON message.room_id = known.room AND message.position > known.last
ORDER BY message.room_id, message.position
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """How a talk stands. A page that knows others looks at itself again; `read_by_…` it shows beside the messages."""

    last: int
    state: str
    taken_by: int | None
    read_by_shopper: int
    read_by_staff: int
    shopper_is_there: bool
    reach: str

    def told(self) -> dict:
        """Who of us has it is told as a page, not as a number of an account."""
        facts = asdict(self)
        del facts["taken_by"]
        return facts


@dataclass(frozen=True, slots=True)
class AtTheDesk:
    """One talk that is not closed, as the desk lists it.

    :ivar asks: the shopper had the last word. :ivar waits: and nobody is at it.
    """

    state: str
    last: int
    taken_by: int | None
    read_by_staff: int
    order: str
    asks: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class Desk:
    talks: dict[UUID, AtTheDesk]
    is_open: bool
    there: frozenset[int]


def facts_of(numbers: Iterable[UUID], *, reach: str, now: datetime) -> dict[UUID, Facts]:
    """:param reach: the name of what opening.reach() answers, which is the same for all talks."""
    return {room.pk: _facts(room, reach, now=now) for room in Room.objects.filter(pk__in=list(numbers))}


def _facts(room: Room, reach: str, *, now: datetime) -> Facts:
    there = reach != opening.Reach.CLOSED.name and opening.shopper_is_there(room, now=now)
    return Facts(room.last, room.state, room.taken_by_id, room.read_by_shopper, room.read_by_staff, there, reach)


def new_messages(known: dict[UUID, int]) -> list[Message]:
    """This function will read what was said in each talk after a position, oldest first.

    A talk's positions have no gaps and are committed in their order, so nothing is missed by reading what is greater.
    """
    if not known:
        return []
    return list(Message.objects.raw(NEW_MESSAGES, [list(known), list(known.values())]))


def look(before: dict[UUID, Facts], *, reach: str, now: datetime) -> tuple[dict[UUID, Facts], list[Message]]:
    """How talks stand, and what was said in them since they were looked at before."""
    fresh = facts_of(before, reach=reach, now=now)
    grown = {number: before[number].last for number, one in fresh.items() if one.last > before[number].last}
    return fresh, new_messages(grown)


def arrived(number: UUID, *, after: int, now: datetime) -> tuple[list[Message], Facts | None]:
    """What a page that opens, or comes back, has missed after a position, and how the talk stands."""
    facts = facts_of([number], reach=opening.reach(now=now).name, now=now).get(number)
    return queries.messages_since(Room(pk=number), after), facts


def desk(*, now: datetime) -> Desk:
    rooms = Room.objects.filter(state__in=[*UNTAKEN, State.ACTIVE]).order_by("-last_at").select_related("order")
    there = frozenset(person.pk for person in opening.who_is_there(now=now))
    talks = {room.pk: _at_the_desk(room, there) for room in rooms.with_last_word()[:MOST_AT_THE_DESK]}
    return Desk(talks, opening.is_open(), there)


def _at_the_desk(room: Room, there: frozenset[int]) -> AtTheDesk:
    """Whether it waits is decided as by queries.waiting()."""
    asks = room.last_word == Side.SHOPPER
    waits = room.is_untaken or (asks and room.taken_by_id not in there)
    order = room.order.reference if room.order else ""
    return AtTheDesk(room.state, room.last, room.taken_by_id, room.read_by_staff, order, asks, waits)


def waiting(number: UUID, talk: AtTheDesk, *, is_theirs: bool = False) -> dict:
    """What employees are told of a talk that waits; nothing of who it is, as it may be shown by a locked screen.

    :param is_theirs: told to the employee who has it.
    """
    about = f"order {talk.order}" if talk.order else "a talk in general"
    words = f"The shopper of your talk wrote: {about}." if is_theirs else f"A shopper waits: {about}."
    return {"room": str(number), "words": words, "url": reverse("desk:talk", args=[number]), "yours": is_theirs}


def said(message: Message) -> dict:
    return {
        "position": message.position,
        "side": message.side,
        "name": message.name,
        "text": message.text,
        "client_id": str(message.client_id),
        "at": message.at.isoformat(timespec="seconds"),
    }


def sign(*, rooms: Iterable[UUID], employees: Iterable[int], now: datetime) -> None:
    """This function will note who has talks, or the desk, open."""
    rooms, employees = list(rooms), set(employees)
    if rooms:
        Room.objects.filter(pk__in=rooms).update(shopper_seen_at=now)
    if employees:
        still = User.objects.filter(pk__in=employees).values_list("pk", flat=True)
        signs = [Presence(user_id=pk, seen_at=now) for pk in sorted(still)]
        Presence.objects.bulk_create(signs, update_conflicts=True, update_fields=["seen_at"], unique_fields=["user"])
