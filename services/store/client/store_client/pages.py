"""One page of a feed: a bad row is named and kept apart, a broken envelope is no answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from store_client import read

Row = TypeVar("Row")


@dataclass(frozen=True)
class BadRow:
    """One row that is not what the contract says.

    :ivar key: the row's own key if it could be read, else its place in the page.
    """

    key: str
    reason: str
    body: Any


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a feed. `next` is the position after it, to be sent as it is."""

    epoch: str
    next: str
    more: bool
    rows: tuple[Row, ...] = ()
    bad: tuple[BadRow, ...] = ()


def page(body: Any, *, rows: str, parse: Callable[[dict], Row]) -> Page[Row]:
    """This function will read one page of a feed; rows that are not as agreed are set apart, each with its reason.

    :raises read.NotAsAgreed: if the envelope itself is broken.
    """
    if not isinstance(body, dict):
        raise read.NotAsAgreed("the page is not an object")
    position = read.text(body, "next", empty=False)
    good, bad = [], []
    for place, row in enumerate(read.items(body, rows)):
        try:
            if not isinstance(row, dict):
                raise read.NotAsAgreed("the row is not an object")
            good.append(parse(row))
        except read.NotAsAgreed as error:
            bad.append(BadRow(key=_key_of(row) or f"{position} row {place}", reason=str(error), body=row))
    return Page(
        epoch=read.text(body, "epoch", empty=False),
        next=position,
        more=read.flag(body, "more"),
        rows=tuple(good),
        bad=tuple(bad),
    )


def book_key(book_id: int) -> str:
    return str(book_id)


def event_key(number: UUID, version: int) -> str:
    """:param number: of the order, or of the return."""
    return f"{number} v{version}"


def _key_of(row: Any) -> str:
    """The key under which a later good version of the row would come, as far as it can be told."""
    if not isinstance(row, dict):
        return ""
    try:
        if named := next((name for name in ("return", "order") if name in row), ""):
            return event_key(read.uuid(row, named), read.integer(row, "version"))
        return book_key(read.integer(row, "id"))
    except read.NotAsAgreed:
        return ""
