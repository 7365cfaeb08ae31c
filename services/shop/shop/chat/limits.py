"""What a message may be, and how fast they may come. Counted in the database, under the lock of the talk."""

import unicodedata
from datetime import datetime, timedelta

from shop.chat.models import LONGEST_TEXT, MOST_BYTES, Room, Side

AT_ONCE, WITHIN = 20, timedelta(seconds=10)  # of one side of a talk
IN_ALL, A_WHILE = 300, timedelta(hours=1)
LULL = timedelta(seconds=60)  # after which what was written one after the other goes into one letter
LONGEST_RUN = timedelta(minutes=10)  # however fast it goes on
UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp"})  # kinds of letters of Unicode: joiners, marks of direction, and spaces
NO_TEXT = frozenset({"Cc", "Cs"})  # signs that steer machines, and halves of pairs
ANSWERED_WITHIN = timedelta(minutes=5)  # although somebody is there; then a letter reminds of it


class NotTaken(Exception):
    """A message that is not kept; the text is for who wrote it."""


class Unreadable(NotTaken):
    """It is empty, too long, or no text."""


class TooFast(NotTaken):
    pass


def readable(text: str) -> str:
    """This function will take the message as it is kept: plain text, with lines ended alike and nothing around it.

    :raises Unreadable:
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    kinds = {letter: unicodedata.category(letter) for letter in set(text) - {"\n", "\t"}}
    if all(kind in UNSEEN for kind in kinds.values()):
        raise Unreadable("Please write something first.")
    if not NO_TEXT.isdisjoint(kinds.values()):
        raise Unreadable("There are signs in your message that are no text. Please write it in your own words.")
    size = len(text.encode())
    if len(text) > LONGEST_TEXT or size > MOST_BYTES:
        raise Unreadable(f"Please keep it below {LONGEST_TEXT:,} letters; the rest can follow in another message.")
    return text


def refuse_floods(room: Room, side: Side, *, now: datetime) -> None:
    """:raises TooFast: of a locked talk; two at once would both count before either is kept."""
    for most, within in ((AT_ONCE, WITHIN), (IN_ALL, A_WHILE)):
        if room.last < most:
            return
        mine = room.messages.filter(side=side).order_by("-position").values_list("at", flat=True)
        if any(at > now - within for at in mine[most - 1 : most]):
            raise TooFast("You write faster than we can read. Please wait a moment.")
