"""Typographic covers for books without a picture: which cloth and which ornament is decided by the ISBN alone."""

import re
from dataclasses import dataclass
from hashlib import blake2b

from shop.catalogue.models import Book

CLOTHS = 12
ORNAMENTS = 6
LONG_TITLE, VERY_LONG_TITLE = 28, 60
# Letters that stand beside each other on a cover, by the size of its title; a longer word takes a smaller one.
LONG_WORD, VERY_LONG_WORD, LONGEST_WORD = 10, 12, 14
ENDS_OF_WORDS = re.compile(r"[\s–—-]+")  # where a line may break


@dataclass(frozen=True)
class DrawnCover:
    """The stylesheet draws it: `cloth` 0–11 and `ornament` 0–5 are class names there."""

    cloth: int
    ornament: int
    title: str
    byline: str
    size: str


def drawn_cover(book: Book) -> DrawnCover:
    """This function will choose a cover; the same book always gets the same one."""
    lot = int.from_bytes(blake2b(book.isbn13.encode(), digest_size=4).digest())
    title = short_title(book.title)
    word = max(map(len, ENDS_OF_WORDS.split(title)))
    size = "m"
    if len(title) > LONG_TITLE or word > LONG_WORD:
        size = "l"
    if len(title) > VERY_LONG_TITLE or word > VERY_LONG_WORD:
        size = "xl"
    if word > LONGEST_WORD:
        size = "xxl"
    byline = book.authors[0] if book.authors else ""
    return DrawnCover(lot % CLOTHS, lot // CLOTHS % ORNAMENTS, title, byline, size)


def short_title(title: str) -> str:
    """This function will leave out what printed covers leave out: a series in brackets and what follows a colon."""
    short = title.partition(" (")[0].partition(": ")[0].strip()
    return short or title
