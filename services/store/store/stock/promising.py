"""How many copies are promised, and to whom none is left. What moves copies stands in `stock.operations`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from store.stock.operations import Shift, lock_levels, shift_levels


class Wanted(Protocol):
    """So many copies of a book, for the line with this number."""

    line: int
    book: int
    quantity: int


class Shortage(NamedTuple):
    """A line that there are too few copies for."""

    line: int
    book: int
    wanted: int
    free: int


def promise_copies(lines: Sequence[Wanted], *, already: Mapping[int, int] | None = None) -> list[Shortage]:
    """Step: promise all copies and answer [], or promise none and answer the lines that are short.

    :param already: copies by book that are promised to the same customer; the new promise takes their place, and a
        shortage gives them back.
    """
    return promise_in_turn([(lines, already or {})])[0]


def promise_in_turn(wants: Sequence[tuple[Sequence[Wanted], Mapping[int, int]]]) -> list[list[Shortage]]:
    """Step: do what `promise_copies` does for one customer after the other, with the statements of one."""
    levels = lock_levels({book for lines, already in wants for book in (*(line.book for line in lines), *already)})
    # Below zero where orders wait for more than is there; what a customer was promised stays theirs all the same.
    left = Counter({book: level.unpromised - level.awaited for book, level in levels.items()})
    before, shortages = Counter(left), []
    for lines, already in wants:
        mine = Counter({book: max(number, 0) for book, number in left.items()})
        mine.update(already)
        short = _short_lines(lines, mine)
        left.update(already)
        if not short:
            left.subtract(_wanted(lines))
        shortages.append(short)
    shift_levels({book: Shift(reserved=before[book] - left[book]) for book in before.keys() | left.keys()})
    return shortages


def _short_lines(lines: Sequence[Wanted], left: Counter) -> list[Shortage]:
    """The lines that ask for more than is left; `left` goes down line by line."""
    short = []
    for line in lines:
        if left[line.book] < line.quantity:
            short.append(Shortage(line.line, line.book, line.quantity, max(left[line.book], 0)))
        left[line.book] -= line.quantity
    return short


def _wanted(lines: Sequence[Wanted]) -> Counter:
    wanted = Counter()
    for line in lines:
        wanted[line.book] += line.quantity
    return wanted
