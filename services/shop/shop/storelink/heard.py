"""What hearing of orders and of returns have in common: versions that were heard before, and events that fit nothing."""

from collections.abc import Iterable, Mapping

from store_client import BadRow, OrderEvent, ReturnEvent

Heard = OrderEvent | ReturnEvent


def told_otherwise(events: Iterable[Heard], kept: Mapping[str, dict]) -> list[BadRow]:
    """The events whose version said something else before: a store restored from a backup counts on from where it was then.

    :param kept: the bodies that were heard before, by the keys of their events.
    """
    strange = (event for event in events if event.key in kept and type(event).parse(kept[event.key]) != event)
    return [aside(event, "This version was heard before, and it said something else.") for event in strange]


def aside(event: Heard, reason: str) -> BadRow:
    return BadRow(event.key, reason, event.body)
