"""How far the log of orders' events has been read, as one number that skips nothing (L17).

Numbers are given out before their rows are committed: 8 may be there while 7 is still on its way. So a number that is
missing is asked for again until every transaction that ran when it was missed has ended; by then it is there, or it never
comes. It had a transaction id by then, since an order is locked or inserted before its event is.
"""

from collections.abc import Iterable

MOST_MISSING = 10_000  # a gap beyond that is a restored or moved sequence, and no transaction


class Position:
    def __init__(self, newest: int):
        """:param newest: rows up to here are not looked for."""
        self.newest = newest
        self._missing: dict[int, int] = {}

    @property
    def missing(self) -> list[int]:
        return list(self._missing)

    @property
    def settled(self) -> int:
        """Up to this number all that will ever be there has been read."""
        return min(self._missing, default=self.newest + 1) - 1

    def advance(self, found: Iterable[int], *, running_from: int, next_transaction: int) -> None:
        """This function will take note of what one look found.

        :param running_from: when the look was taken, each transaction before this one had ended.
        :param next_transaction: when the look was taken, each transaction under way was before this one.
        """
        found = set(found)
        still = {number: missed for number, missed in self._missing.items() if missed > running_from}
        self._missing = {number: missed for number, missed in still.items() if number not in found}
        newest = max(found, default=self.newest)
        for number in range(max(self.newest + 1, newest - MOST_MISSING), newest):
            if number not in found:
                self._missing[number] = next_transaction
        self.newest = max(self.newest, newest)
