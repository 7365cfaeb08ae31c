"""Copies that an order waits for, since those promised to it turned out to be missing or damaged."""

from collections.abc import Mapping, Sequence

from store.orders.models import OrderLine
from store.stock.models import StockLevel
from store.stock.operations import Shift, shift_levels


def promise_again(lines: Sequence[OrderLine], levels: Mapping[int, StockLevel]) -> bool:
    """Step: promise what is free by now to the lines that wait for copies; answer whether anything was.

    :param levels: those of the lines' books, locked. They are not read again: `free` is what it was before.
    """
    promised: dict[int, int] = {}
    for line in (line for line in lines if line.awaited):
        free = levels[line.book_id].free - promised.get(line.book_id, 0)
        if (number := min(line.awaited, free)) > 0:
            line.awaited -= number
            promised[line.book_id] = promised.get(line.book_id, 0) + number
            line.save(update_fields=["awaited"])
    shift_levels({book: Shift(reserved=number) for book, number in promised.items()})
    return bool(promised)


def none_free(title: str) -> str:
    return f"“{title}”: the order waits for copies; those on the shelf are promised to others."
