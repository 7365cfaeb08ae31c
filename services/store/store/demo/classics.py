"""The real books of the demo: public-domain classics, read from ``classics.csv`` beside this file.

Years are those usually given: of the first edition, of the first part if it came out in parts, of the first night of a
play, and about the year of writing where a work went round by hand. Old stages of a language count as the language.
Publishers are those of the first edition as a book, and are left out where it had none, or several, or none is known for sure.
The numbers stand in 978-69, a range of ISBNs that belongs to no publisher (see ``synthetic.py``); they are kept in the
file, so that adding a book changes no other's.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("classics.csv")


@dataclass(frozen=True)
class DemoBook:
    """A book as the demo knows it, before it has a price and a place on a shelf.

    ``first_published`` is a year, negative before Christ, None where scholars disagree; ``language`` is ISO 639-1;
    ``categories`` are paths from the root, the most telling one first.
    """

    isbn13: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    first_published: int | None
    language: str
    series: str
    series_number: str
    categories: tuple[tuple[str, ...], ...]
    description: str
    publisher: str = ""
    has_cover: bool = False


def classics() -> Iterator[DemoBook]:
    """This function will yield the classics in the file's order, which mixes languages and periods."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield DemoBook(
                isbn13=row["isbn13"],
                title=row["title"],
                subtitle=row["subtitle"],
                authors=tuple(row["authors"].split("; ")),
                first_published=int(row["first_published"]) if row["first_published"] else None,
                language=row["language"],
                series=row["series"],
                series_number=row["series_number"],
                categories=tuple(tuple(path.split(" / ")) for path in row["categories"].split("; ")),
                description=row["description"],
                publisher=row["publisher"],
                has_cover=True,
            )
