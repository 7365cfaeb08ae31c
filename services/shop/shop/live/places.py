"""How many may be in at a time: in all, of one address and of one visitor."""

from collections import Counter
from dataclasses import dataclass


class TooMany(Exception):
    """This visitor, this address or this process has as many open as there may be."""


@dataclass(slots=True)
class Place:
    """:ivar visitor: empty while it is not known, or where nobody can be known by it."""

    address: str
    visitor: str = ""


class Places:
    def __init__(self, *, per_visitor: int, per_address: int, most: int):
        self.per_visitor, self.per_address, self.most = per_visitor, per_address, most
        self._taken = 0
        self._of_address: Counter[str] = Counter()
        self._of_visitor: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._taken

    def take(self, address: str, visitor: str = "") -> Place:
        """
        :raises TooMany: before anything is kept.
        """
        if self._taken >= self.most or self._of_address[address] >= self.per_address:
            raise TooMany
        place = Place(address)
        self.name(place, visitor)
        self._taken += 1
        self._of_address[address] += 1
        return place

    def name(self, place: Place, visitor: str) -> None:
        """This function will put down whose place it is, which may be known only later.

        :raises TooMany: the place is still nobody's then.
        """
        if not visitor:
            return
        if self._of_visitor[visitor] >= self.per_visitor:
            raise TooMany
        self._of_visitor[visitor] += 1
        place.visitor = visitor

    def free(self, place: Place) -> None:
        self._taken -= 1
        _take_off(self._of_address, place.address)
        if place.visitor:
            _take_off(self._of_visitor, place.visitor)


def _take_off(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]
