"""What a hand scanner sends: labels of copies, ISBNs, and the commands of the sheet at the bench.

A copy's label is Code 128 of its `barcode`; the book's own code is its ISBN as EAN-13.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from store.catalogue.isbn import to_isbn13

LONGEST_LABEL = 40
LONGEST_SHOWN = 40
LONGEST_CARRIER, LONGEST_TRACKING = 40, 60
AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Za-z]")  # a scanner may be set to say first which symbology it read
UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
WITH_SUPPLEMENT = re.compile(r"^(97[89]\d{10})(\d{2}|\d{5})$")  # the small code beside a book's own, read with it
BETWEEN_LETTERS = re.compile(r"[\s'’_-]")
# A scanner that is set to another keyboard sends the dash as something else.
REFERENCE = re.compile(r"^([0-9a-f]{4})[-ß'/ ]?([0-9a-f]{4})$", re.IGNORECASE)
ON_LABEL = re.compile(r"^(?:CMD)?(TRACKING|CARRIER)[\s:]+(\S.*)$", re.IGNORECASE)


class Command(StrEnum):
    """Letters alone: a scanner set to another keyboard sends dashes and colons as something else."""

    UNDO = "CMDUNDO"
    CANNOT_FIND = "CMDCANTFIND"
    DAMAGED = "CMDDAMAGED"
    NEW_PARCEL = "CMDNEWPARCEL"
    SEAL = "CMDSEAL"
    TRACKING = "CMDTRACKING"
    DONE = "CMDDONE"
    NEXT = "CMDNEXT"


class AtDesk(StrEnum):
    """Commands of the desk for returns; “damaged” is one of both."""

    TAKE_IN = "CMDTAKEIN"
    RESTOCK = "CMDRESTOCK"
    NOT_OURS = "CMDNOTOURS"
    MISSING = "CMDMISSING"


EVERY_COMMAND: tuple[Command | AtDesk, ...] = (*Command, *AtDesk)
SPOKEN = {command.removeprefix("CMD"): command for command in EVERY_COMMAND} | {each: each for each in EVERY_COMMAND}


def place_of(command: Command | AtDesk) -> str:
    """Where the command is one, in words."""
    return "packing bench" if isinstance(command, Command) else "desk for returns"


class Code(NamedTuple):
    """:ivar labels: what the copy's barcode may be; :ivar isbn13: empty unless it may be a book's code.

    :ivar order: what the number of an order begins with whose packing slip this may be, or nothing.
    """

    text: str
    labels: tuple[str, ...]
    isbn13: str
    order: str = ""


class Label(NamedTuple):
    """What stands on a parcel's label; what is empty was not scanned."""

    carrier: str = ""
    tracking: str = ""


class NotACode(Exception):
    """The text is what was read, short enough to be shown."""

    def __str__(self) -> str:
        return f"“{self.args[0]}” is not a code we know." if self.args[0] else "Nothing was scanned."


def read(scanned: str) -> Command | AtDesk | Code:
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
    order = REFERENCE.match(text)
    return Code(text[:LONGEST_SHOWN], labels, isbn13, "".join(order.groups()).lower() if order else "")


def read_at_bench(scanned: str, *, awaits_tracking: bool = False) -> Command | AtDesk | Code | Label:
    """This function will make sense of what was scanned at the bench: also “tracking” or “carrier”, and what follows it.

    :param awaits_tracking: the page has asked for a tracking code, which may look like anything but a command.
    :raises NotACode:
    """
    text = " ".join(AIM_PREFIX.sub("", UNSEEN.sub("", scanned).strip()).split())
    if named := ON_LABEL.match(text):
        if named[1].upper() == "CARRIER":
            return Label(carrier=_short_enough(named[2], LONGEST_CARRIER))
        return Label(tracking=_short_enough(named[2], LONGEST_TRACKING))
    if awaits_tracking and text and BETWEEN_LETTERS.sub("", text.upper()) not in SPOKEN:
        return Label(tracking=_short_enough(text, LONGEST_TRACKING))
    return read(scanned)


def carrier_label(carrier: str) -> str:
    """What stands in the bars for a carrier on the sheet of commands."""
    return f"CMDCARRIER {carrier}"


def _short_enough(text: str, longest: int) -> str:
    if len(text) > longest:
        raise NotACode(text[:LONGEST_SHOWN])
    return text


def _isbn13(text: str) -> str:
    text = text.upper().removeprefix("ISBN").lstrip(": ")
    if found := WITH_SUPPLEMENT.match(text):
        text = found[1]
    try:
        return to_isbn13(text)
    except ValueError:
        return ""
