"""One stream between shop and store, and the words in which it is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils.timezone import localtime

from shop.pages.wording import ago, counted


class Level(StrEnum):
    FINE = "fine"
    WAITS = "goes on by itself"
    PERSON = "needs a person"


@dataclass(frozen=True)
class Figure:
    """`value` is for programs, `words` for people. Times are aware, durations seconds."""

    name: str
    value: str | int | float | None
    words: str


@dataclass(frozen=True)
class Row:
    """One thing that a person may have to do something about.

    :ivar kind: what to call it in a URL: message, mail, refund, aside.
    :ivar url: where the admin shows more of it; empty if nowhere.
    """

    kind: str
    key: int
    title: str
    told: str
    since: datetime
    url: str = ""


@dataclass
class Stream:
    """One kind of thing on its way.

    :ivar todo: what a person does about it; empty if nothing is to be done.
    :ivar actions: what can be asked for now, by the names of pages.BUTTONS.
    """

    slug: str
    name: str
    level: Level
    sentence: str
    todo: str = ""
    figures: list[Figure] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    more_rows: int = 0
    actions: tuple[str, ...] = ()

    @property
    def needs_a_person(self) -> bool:
        return self.level == Level.PERSON


def late_after(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def is_late(since: datetime | None, *, now: datetime) -> bool:
    """Whether something has waited for longer than things may wait before a person is told."""
    return since is not None and now - since > late_after(settings.SYNC_WAITING_LATE_S)


def number(name: str, value: int) -> Figure:
    return Figure(name, value, f"{value:,}")


def moment(name: str, at: datetime | None, *, now: datetime, never: str = "never") -> Figure:
    """A time, with how long ago that is."""
    if at is None:
        return Figure(name, None, never)
    return Figure(name, at.isoformat(), f"{localtime(at):%d %b, %H:%M:%S} ({ago(at, now=now)})")


def age(name: str, since: datetime | None, *, now: datetime) -> Figure:
    """How long something lasts already."""
    if since is None:
        return Figure(name, None, "–")
    seconds = max((now - since).total_seconds(), 0)
    return Figure(name, round(seconds, 1), lasting(seconds))


def lasting(seconds: float) -> str:
    """This function will say a duration in its largest unit: "12 seconds", "3 hours"."""
    whole = int(seconds)
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if whole >= size:
            return counted(whole // size, word)
    return counted(whole, "second")


def joined(sentences: Iterable[str]) -> str:
    return " ".join(filter(None, sentences))
