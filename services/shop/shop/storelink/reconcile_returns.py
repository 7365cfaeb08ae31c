"""Returns, which the store decides on; a request that it never heard is the shop's."""

from typing import NamedTuple
from uuid import UUID

from shop.returns import retelling
from shop.returns.models import Return
from shop.storelink import digests
from shop.storelink.digests import Digest, ReturnHere
from shop.storelink.models import Comparison, Feed
from shop.storelink.reconcile_stage import Stage, first_digits, ranges_of
from store_client import ReturnRow

RETURNS = Comparison.Subject.RETURNS


class Pair(NamedTuple):
    """A return as both sides have it in short."""

    there: ReturnRow | None
    here: ReturnHere | None

    @property
    def differs(self) -> bool:
        if self.here is None or self.there is None:
            return self.there is not None or self.here.expected
        return self.there.digest != self.here.digest

    @property
    def is_under_way(self) -> bool:
        return (self.here is not None and self.here.under_way) or (self.there is not None and not self.there.in_feed)


class ReturnsStage(Stage):
    name = "returns"
    feed = Feed.Name.RETURNS
    subjects = (RETURNS,)

    def first_place(self) -> str:
        return first_digits(Return.objects.count())

    def page(self):
        place = self.piece.place
        there = self.store.return_ranges(place, ranges_of(place, Return.objects.count()))
        theirs = {row.first: Digest(row.count, row.returns) for row in there.ranges}
        return theirs, digests.return_ranges(place, there.next), there.next

    def look(self, first: str) -> dict[UUID, Pair]:
        there = {row.number: row for row in self.store.return_rows(first)}
        here = digests.return_rows(first)
        pairs = {number: Pair(there.get(number), here.get(number)) for number in sorted(there.keys() | here.keys())}
        return {number: pair for number, pair in pairs.items() if pair.differs and not pair.is_under_way}

    def settle(self, first: str, rows: dict[UUID, Pair]) -> None:
        found = self.by_subject[RETURNS]
        for number, pair in rows.items():
            advice = self._repair(number, pair) if self.piece.repair else ""
            found.note(_how_far(number, pair, advice), repaired=self.piece.repair and not advice)

    def _repair(self, number: UUID, pair: Pair) -> str:
        """ "" if it is repaired, else what a person has to do."""
        if pair.there is None:
            return retelling.ask_again(number, now=self.piece.now())
        return retelling.follow(self.store.returned(number), now=self.piece.now())

    def finish(self) -> None:
        """Each was settled when it was found."""


def _how_far(number: UUID, pair: Pair, advice: str) -> str:
    here, there = "not here", "not in the store"
    if pair.here:
        here = f"{pair.here.state} (version {pair.here.version}) here"
    if pair.there:
        there = f"{pair.there.status} (version {pair.there.version}) in the store"
    if here.split()[:3] == there.split()[:3]:
        there += ", with other copies or another reason"
    return f"Return {number} is {here}, {there}.{f' {advice}' if advice else ''}"
