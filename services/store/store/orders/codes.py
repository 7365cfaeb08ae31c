"""What a hand scanner sends: labels of copies, ISBNs, and the commands of the sheet at the bench.

A copy's label is Code 128 of its `barcode`; the book's own code is its ISBN as EAN-13.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from store.catalogue.isbn import to_isbn13

LONGEST_LABEL = 40
LONGEST_SHOWN = 40
AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # a scanner may be set to say first which symbology it read
UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
WITH_SUPPLEMENT = re.compile(r"^(97[89]\d{10})(\d{2}|\d{5})$")  # the small code beside a book's own, read with it
BETWEEN_LETTERS = re.compile(r"[\s'’_-]")


class Command(StrEnum):
    """Letters alone: a scanner set to another keyboard sends dashes and colons as something else."""

    UNDO = "CMDUNDO"
    CANNOT_FIND = "CMDCANTFIND"
    DAMAGED = "CMDDAMAGED"
    NEW_PARCEL = "CMDNEWPARCEL"
    SEAL = "CMDSEAL"
    DONE = "CMDDONE"
    NEXT = "CMDNEXT"


SPOKEN = {command.removeprefix("CMD"): command for command in Command} | {command: command for command in Command}


class Code(NamedTuple):
    """:ivar labels: what the copy's barcode may be; :ivar isbn13: empty unless it may be a book's code."""

    text: str
    labels: tuple[str, ...]
    isbn13: str


class NotACode(Exception):
    """The text is what was read, short enough to be shown."""

    def __str__(self) -> str:
        return f"“{self.args[0]}” is not a code we know." if self.args[0] else "Nothing was scanned."


def read(scanned: str) -> Command | Code:
    """This function will make sense of what was scanned or typed: a command, or the code of a copy or a book.

    :raises NotACode: whatever else it is.
    """
    text = AIM_PREFIX.sub("", UNSEEN.sub("", scanned).strip())
    if command := SPOKEN.get(BETWEEN_LETTERS.sub("", text.upper())):
        return command
    isbn13 = _isbn13(text)
    # Caps Lock turns the letters of a label over.
    labels = tuple({text, text.upper(), text.swapcase()}) if 0 < len(text) <= LONGEST_LABEL else ()
    if not labels and not isbn13:
        raise NotACode(text[:LONGEST_SHOWN])
    return Code(text[:LONGEST_SHOWN], labels, isbn13)


def _isbn13(text: str) -> str:
    text = text.upper().removeprefix("ISBN").lstrip(": ")
    if found := WITH_SUPPLEMENT.match(text):
        text = found[1]
    try:
        return to_isbn13(text)
    except ValueError:
        return ""
