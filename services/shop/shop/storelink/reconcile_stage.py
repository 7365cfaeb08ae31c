"""What the comparisons of books, orders and returns have in common: ranges first, then the rows of those that differ."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from shop.clock import Clock
from shop.storelink.digests import Digest
from shop.storelink.models import Comparison, Feed
from shop.storelink.reconcile_report import Found
from store_client import StoreClient

RANGES_AT_ONCE = 4  # whose rows are held in memory together
ROWS_AT_ONCE, MOST_RANGES = 5_000, 100  # a page must come within a read timeout, also from a busy store
NUMBERS_IN_A_RANGE, MOST_DIGITS = 1_000, 4


class CannotHear(Exception):
    """A feed could not be read to its end; what differs may only be under way."""


class TooManyAtOnce(Exception):
    """So much would change at once that a person has to say yes."""


@dataclass
class Piece:
    """Where a stage is, so that the next call goes on from there.

    :ivar place: the range to be compared next.
    :ivar later: keys of rows whose repair waits until it is known that they are not too many.
    """

    repair: bool
    accept: bool
    clock: Clock
    began: bool = False
    at_end: bool = False
    place: Any = None
    later: list = field(default_factory=list)

    def kept(self) -> dict:
        return {"began": self.began, "at_end": self.at_end, "place": self.place, "later": self.later}

    def now(self) -> datetime:
        return self.clock()


def first_digits(number: int) -> str:
    """This function will answer the first range. Numbers are spread evenly: their first digits make ranges of about one size."""
    digits = 1
    while digits < MOST_DIGITS and number > NUMBERS_IN_A_RANGE * 16**digits:
        digits += 1
    return "0" * digits


def ranges_of(place: str, number: int) -> int:
    """This function will say how many ranges make a page, of so many numbers in all."""
    in_a_range = number // 16 ** len(place) + 1
    return max(1, min(MOST_RANGES, ROWS_AT_ONCE // in_a_range))


class Stage(ABC):
    """Subjects that are compared in one walk. Each step compares a page of ranges and settles what differs."""

    name: ClassVar[str]
    feed: ClassVar[Feed.Name]
    subjects: ClassVar[tuple[Comparison.Subject, ...]]  # two at most

    def __init__(self, store: StoreClient, found: list[Found], piece: Piece, hear: Callable[[Feed.Name], None]):
        self.store, self.found, self.piece, self._hear = store, found, piece, hear
        self.by_subject = {one.subject: one for one in found}
        if piece.place is None:
            piece.place = self.first_place()

    def step(self) -> None:
        """This function will compare the next page of ranges; the rows of a few that differ are looked at twice."""
        theirs, ours, following = self.page()
        differing = sorted(first for first in theirs.keys() | ours.keys() if self._differ(theirs, ours, first))
        now, later = differing[:RANGES_AT_ONCE], differing[RANGES_AT_ONCE:]
        suspects = {first: rows for first in now if (rows := self.look(first))}
        if suspects:
            self._hear(self.feed)
        for first, rows in suspects.items():
            still = {key: kinds for key, kinds in self.look(first).items() if rows.get(key) == kinds}
            if still:
                self.settle(first, still)
        following = later[0] if later else following
        for found in self.found:
            found.compared += sum(
                range_.count for first, range_ in theirs.items() if following is None or first < following
            )
        self.piece.place, self.piece.at_end = following, following is None

    def _differ(self, theirs: dict[Any, Digest], ours: dict[Any, Digest], first: Any) -> bool:
        there, here = theirs.get(first), ours.get(first)
        if there is None or here is None or there.count != here.count:
            return True
        pairs = zip(self.subjects, (there.first, there.second), (here.first, here.second))
        return any(one != other for subject, one, other in pairs if subject in self.by_subject)

    def progress(self) -> str:
        found = self.found[0]
        differing = sum(one.differing for one in self.found)
        return f"{self.name}: {found.compared} compared, {differing} differ"

    @abstractmethod
    def first_place(self) -> Any: ...

    @abstractmethod
    def page(self) -> tuple[dict[Any, Digest], dict[Any, Digest], Any]:
        """The digests of the next ranges of both sides, by the range, and where to go on; None at the end."""

    @abstractmethod
    def look(self, first: Any) -> dict[Any, Any]:
        """The rows of a range that differ and are not under way, by their key: what the rows are on both sides."""

    @abstractmethod
    def settle(self, first: Any, rows: dict[Any, Any]) -> None:
        """Count rows that differ, and repair them if that is wanted."""

    @abstractmethod
    def finish(self) -> None:
        """Repair what waited until all was compared.

        :raises TooManyAtOnce: nothing of it was repaired.
        """
