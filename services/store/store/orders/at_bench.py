"""What a scan at the bench works on, and what it answers."""

from datetime import datetime
from typing import NamedTuple

from store.orders.codes import AtDesk, Code, Command, Label
from store.orders.models import Order, OrderLine
from store.orders.packing import PackedMeanwhile
from store.orders.parcels import ParcelState

CHANGED = "This page was not the newest: look at what is in the box now, and scan again."


class Scanned(NamedTuple):
    """What came from the bench.

    :ivar revision: of the order, as the page showed it; None if it did not say.
    :ivar offered: the barcode of the copy that the page named as the next to take.
    """

    what: Command | AtDesk | Code | Label
    revision: int | None = None
    offered: str = ""


class Bench(NamedTuple):
    """The locked order as the packer has it before them.

    :ivar lines: each with `packed` and `next`, see `queries.lines_at_bench`.
    """

    order: Order
    lines: list[OrderLine]
    packer: str
    now: datetime

    @property
    def parcels(self) -> list[dict]:
        """The order's parcels in short, the newest last."""
        return self.lines[0].parcels

    @property
    def box(self) -> dict | None:
        """The parcel that copies go into: the newest that is open."""
        return next((each for each in reversed(self.parcels) if each["state"] == ParcelState.OPEN), None)


class Done(NamedTuple):
    """How the order stands after a scan, and what to tell of it."""

    order: Order
    lines: list[OrderLine]
    words: str


def refuse_if_changed(order: Order, scanned: Scanned) -> None:
    """This function will refuse a form sent twice. A copy's label can be sent twice without harm; a command cannot.

    :raises PackedMeanwhile:
    """
    if scanned.revision != order.revision:
        raise PackedMeanwhile(CHANGED)


def on_shelf(shelf: str, word: str = "from") -> str:
    return f" {word} shelf {shelf}" if shelf else ""
