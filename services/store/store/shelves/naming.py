"""Names of shelves: whatever case they come in, they are written as the warehouse writes them already."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from store.shelves.codes import LONGEST_SHELF, SHELF, NotAShelf, is_printable

# Where two spellings are left from before, the capitals are meant.
SPELLINGS_SQL = """
    SELECT wanted.name, (
        SELECT shelf FROM stock_bookitem WHERE upper(shelf) = upper(wanted.name) ORDER BY shelf COLLATE "C" LIMIT 1
    ) FROM unnest(%s::text[]) AS wanted(name)
"""


class NamedShelf(NamedTuple):
    """:ivar is_new: no copy was ever put there."""

    name: str
    is_new: bool

    @property
    def news(self) -> str:
        return f"Shelf {self.name} is new: no copy stands there, nor ever did." if self.is_new else ""


def shelf_named(text: str) -> NamedShelf:
    """This function will answer the shelf that is meant; only for a new one the rule of names is asked.

    :param text: its name, or what its label says.
    :raises NotAShelf:
    """
    name = _plain(text)
    if known := spellings([name])[name]:
        return NamedShelf(known, False)
    if labelled := SHELF.match(name):
        return shelf_named(labelled[1])
    if not is_printable(name) or len(name) > LONGEST_SHELF:
        raise NotAShelf(name)
    return NamedShelf(name, True)


def spelled(names: Iterable[str]) -> dict[str, str]:
    """For each name the shelf as it is written: as the warehouse has it, else as the first of them has it."""
    names = list(names)
    plain = {name: _plain(name) for name in names}
    known = spellings(set(plain.values()) - {""})
    first: dict[str, str] = {}
    return {
        name: known.get(text) or first.setdefault(text.upper(), text) if text else "" for name, text in plain.items()
    }


def spellings(names: Iterable[str]) -> dict[str, str | None]:
    """How the warehouse writes each of these shelves, by one statement; None for one that no copy was ever put on."""
    names = list(names)
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SPELLINGS_SQL, [names])
        return dict(cursor.fetchall())


def _plain(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())
