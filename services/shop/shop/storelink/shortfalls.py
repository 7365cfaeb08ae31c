"""Copies that are short or waited for, in words: which books, how many, and the warehouse's own reason."""

from collections.abc import Mapping

from shop.orders.models import OrderLine
from store_client import OrderEvent as Heard


def why_short(event: Heard, short: Mapping[OrderLine, int]) -> str:
    """Which books the customer will not get, with the warehouse's own reason for each.

    :param short: how many copies of each line are told of.
    """
    reasons = {line: event.line_reasons.get(line.position, "").rstrip(" .") or "not there" for line in short}
    named = [
        f"“{line.title}” ({number} of {line.quantity}): {reasons[line]}" for line, number in short.items() if number
    ]
    return f"The warehouse cannot deliver {'; '.join(named)}." if named else ""


def awaited(lines: list[OrderLine], event: Heard) -> str:
    awaited = {count.line: count.awaited for count in event.lines if count.awaited}
    named = "; ".join(f"{awaited[line.position]} × “{line.title}”" for line in lines if line.position in awaited)
    return f"The warehouse waits for copies, as the customer chose: {named}."


def shortage(lines: list[OrderLine], event: Heard) -> str:
    """Which books were short, in words for the customer."""
    short = {count.line: count.short for count in event.lines if count.short}
    named = [
        f"“{line.title}” ({line.quantity} ordered, {max(line.quantity - short[line.position], 0)} left)"
        for line in lines
        if line.position in short
    ]
    return f"The warehouse has too few copies of {', '.join(named)}." if named else ""
