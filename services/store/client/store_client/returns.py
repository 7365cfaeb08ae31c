"""What shop and store say to each other about returns, read strictly."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from store_client import read
from store_client.messages import utc
from store_client.pages import event_key

RETURN_STATUSES = frozenset({"asked", "approved", "refused", "on_the_way", "received", "closed"})
REASONS = frozenset({"not_wanted", "damaged", "wrong", "faulty", "other", "unasked"})
COUNTS = ("line", "asked", "received", "restocked", "damaged", "not_ours", "missing", "refund")


@dataclass(frozen=True)
class ReturnCount:
    """How far one line of a return is, in copies. `refund`: of how many the money goes back."""

    line: int
    asked: int
    received: int
    restocked: int
    damaged: int
    not_ours: int
    missing: int
    refund: int


@dataclass(frozen=True)
class ReturnEvent:
    """One move of a return, or another count of its copies. Versions of a return count 1, 2, 3 … without a gap.

    :ivar number: the return's own. One whose `why` is "unasked" was made by the warehouse: the shop hears of it here.
    """

    number: UUID
    order: UUID
    version: int
    status: str
    at: datetime
    why: str
    reason: str
    lines: tuple[ReturnCount, ...]
    body: dict = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        return event_key(self.number, self.version)

    @classmethod
    def parse(cls, row: dict) -> "ReturnEvent":
        """:raises read.NotAsAgreed: naming the field."""
        return cls(
            number=read.uuid(row, "return"),
            order=read.uuid(row, "order"),
            version=read.integer(row, "version", low=1, high=read.INTEGER_MAX),
            status=read.one_of(row, "status", RETURN_STATUSES),
            at=read.moment(row, "at"),
            why=read.one_of(row, "why", REASONS),
            reason=read.text(row, "reason"),
            lines=tuple(_count(line) for line in read.items(row, "lines")),
            body=row,
        )


@dataclass(frozen=True)
class ReturnAnswer:
    """What the store says to a return it has, with every event so far."""

    number: UUID
    status: str
    version: int
    events: tuple[ReturnEvent, ...]

    @classmethod
    def parse(cls, body: dict) -> "ReturnAnswer":
        return cls(
            number=read.uuid(body, "return"),
            status=read.text(body, "status", empty=False),
            version=read.integer(body, "version"),
            events=tuple(ReturnEvent.parse(read.obj(event)) for event in read.items(body, "events")),
        )


@dataclass(frozen=True)
class NewReturn:
    """A return on its way to the store.

    :ivar why: one of REASONS, but for "unasked".
    :ivar copies: how many of each line, by the line's number.
    """

    order: UUID
    why: str
    words: str
    asked_at: datetime
    copies: dict[int, int]

    def body(self) -> dict:
        lines = [{"line": line, "quantity": quantity} for line, quantity in self.copies.items()]
        told = {"order": str(self.order), "why": self.why, "words": self.words}
        return told | {"asked_at": utc(self.asked_at), "lines": lines}


def _count(line: Any) -> ReturnCount:
    counts = read.obj(line)
    return ReturnCount(**{name: read.integer(counts, name, low=0, high=9999) for name in COUNTS})
