"""What a level of stock counts of each copy, and what is added to it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.stock.models import BookItem, Condition, CopyState


class Shift(NamedTuple):
    """What is added to a level; what stands on the shelf changes with its copies only."""

    on_shelf: int = 0
    not_new: int = 0
    reserved: int = 0
    awaited: int = 0

    def plus(self, other: "Shift") -> "Shift":
        return Shift(*map(sum, zip(self, other)))


SHIFT_SQL = """
    UPDATE stock_stocklevel AS level
    SET on_shelf = level.on_shelf + shift.on_shelf, not_new = level.not_new + shift.not_new,
        reserved = level.reserved + shift.reserved, awaited = level.awaited + shift.awaited
    FROM unnest(%(books)s::bigint[], %(on_shelf)s::int[], %(not_new)s::int[], %(reserved)s::int[], %(awaited)s::int[])
         AS shift(book_id, on_shelf, not_new, reserved, awaited)
    WHERE level.book_id = shift.book_id
"""


def counts_of(state: str, condition: str) -> tuple[int, int]:
    """What a copy adds to `on_shelf` and `not_new` of its book's level."""
    on_shelf = int(state == CopyState.AVAILABLE)
    return on_shelf, on_shelf * (condition != Condition.NEW)


def shelf_shifts(copies: Iterable[BookItem], to: CopyState) -> dict[int, Shift]:
    """What it adds to the level of each book that these copies go to that state."""
    shifts: dict[int, Shift] = {}
    for copy in copies:
        before, after = counts_of(copy.state, copy.condition), counts_of(to, copy.condition)
        own = Shift(*(new - old for new, old in zip(after, before)))
        shifts[copy.book_id] = shifts.get(copy.book_id, Shift()).plus(own)
    return shifts


def added(one: Mapping[int, Shift], other: Mapping[int, Shift]) -> dict[int, Shift]:
    """Both together, book by book."""
    return {book: one.get(book, Shift()).plus(other.get(book, Shift())) for book in one.keys() | other.keys()}


def columns_of(shifts: Mapping[int, Shift]) -> dict[str, list[int]]:
    """The shifts as the columns that `SHIFT_SQL` asks for; those of nothing are left out."""
    changed = {book: shift for book, shift in shifts.items() if any(shift)}
    columns = {name: [getattr(shift, name) for shift in changed.values()] for name in Shift._fields}
    return {"books": list(changed)} | columns
