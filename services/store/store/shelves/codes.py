"""Codes of shelves, beside those of copies and books. On a shelf's label stands the word SHELF and its name."""

import re
from typing import NamedTuple

from store.orders import codes
from store.orders.codes import Code, Command, NotACode

LONGEST_SHELF = 30
SHELF = re.compile(r"^\s*(?:\][A-Za-z][0-9A-Za-z])?\s*SHELF\s+(\S.*?)\s*$", re.IGNORECASE)

PRINTABLE = re.compile("[!-~]([ -~]*[!-~])?")


class Shelf(NamedTuple):
    name: str


class NotAShelf(NotACode):
    """The text is a name that no shelf can have."""

    def __str__(self) -> str:
        return (
            f"“{self.args[0][: codes.LONGEST_SHOWN]}” cannot be the name of a shelf: it has the letters A to Z, digits and "
            f"dashes, {LONGEST_SHELF} at most."
        )


def is_printable(text: str) -> bool:
    """Whether Code 128 can say it, and nothing of it is lost at its ends."""
    return bool(PRINTABLE.fullmatch(text))


def label_of(shelf: str) -> str:
    """What stands in the bars of a shelf's label."""
    return f"SHELF {shelf}"


def read(scanned: str) -> Shelf | Command | Code:
    """This function will make sense of what was scanned or typed: a shelf, or what `orders.codes.read` knows.

    :raises NotACode:
    """
    found = SHELF.match(codes.UNSEEN.sub("", scanned))
    if not found:
        return codes.read(scanned)
    if len(found[1]) > LONGEST_SHELF:
        raise NotACode(found[1][: codes.LONGEST_SHOWN])
    return Shelf(found[1])
