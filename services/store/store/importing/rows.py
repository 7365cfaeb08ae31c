"""What a line of a CSV file means, and the shape in which every format's records go on."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

from store.catalogue.isbn import to_isbn13
from store.catalogue.models import FOR_NOTHING, HIGHEST_PRICE, LATEST_YEAR, MOST_PAGES, OLDEST_YEAR, Book
from store.importing import formats, languages
from store.importing.refusal import BadRow, FileRefused
from store.importing.with_roles import contributors_of
from store.shelves.codes import LONGEST_SHELF, PRINTABLE

REQUIRED = ("isbn13", "title", "authors", "first_published", "language", "price", "currency", "copies")
OPTIONAL = (
    "subtitle", "series", "series_number", "contributors", "publisher", "imprint_of", "pages", "description", "format",
    "categories", "shelf",
)  # fmt: skip
FIELDS = REQUIRED + OPTIONAL
MOST_COPIES = 10_000
CACHED = 5_000  # cells of a kind, which repeat from line to line
MOST_AUTHORS = 50
LONGEST_CATEGORY = 100
LONGEST = {field.name: field.max_length for field in Book._meta.fields if field.max_length}
# “The Hunger Games (The Hunger Games, #1)”; of several series in the brackets the first counts.
SERIES = re.compile(r"(?P<title>.+?)\s*\((?P<series>[^()]+?),?\s+#\s*(?P<number>[^()#;]{1,30}?)\s*(?:;[^()]*)?\)")
PAGES = re.compile(r"(\d{1,5})(?:\s*(?:p|pp|pages|s|seiten)\.?)?", re.ASCII | re.IGNORECASE)  # “320”, “320 pp.”


class Row(NamedTuple):
    """What a record says of a book. None: it says nothing, and what we know stays.

    :ivar number: of the record in its file, or of its first line.
    :ivar retire: the book is no longer to be sold; nothing else of the row counts then.
    :ivar copies: how many imports bring for this book, all imports together.
    """

    number: int
    isbn13: str
    title: str | None = None
    subtitle: str | None = None
    series: str | None = None
    series_number: str | None = None
    authors: list[str] | None = None
    first_published: int | None = None
    language: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    contributors: list[dict[str, str]] | None = None
    publisher: str | None = None
    imprint_of: str | None = None
    pages: int | None = None
    description: str | None = None
    format: str | None = None
    categories: tuple[tuple[str, ...], ...] = ()
    copies: int = 0
    shelf: str = ""
    retire: bool = False


def columns_from(cells: Sequence[str]) -> list[str]:
    """This function will answer the columns a header of our own names, in its order.

    :raises FileRefused: if one is missing, unknown or there twice.
    """
    columns = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in FIELDS]
    if missing:
        raise FileRefused(f"The first line must name the columns {','.join(REQUIRED)}; {', '.join(missing)} missing.")
    if unknown:
        raise FileRefused(f"Unknown column {unknown[0][:40]!r}; further columns may be {', '.join(OPTIONAL)}.")
    if len(set(columns)) < len(columns):
        raise FileRefused("A column is named twice.")
    return columns


def row_from(columns: Sequence[str], cells: Sequence[str], number: int, *, currency: str = "EUR") -> Row:
    """What a line says of a book; a column the file lacks says nothing.

    :param columns: our name for each cell; empty for one that is not wanted.
    :param currency: of prices, where the file has no column for it.
    :raises BadRow: for the first rule the line breaks.
    """
    if len(cells) != len(columns):
        raise BadRow(f"It has {len(cells)} cells where the header has {len(columns)}.")
    said = _Said({name: cell.strip() for name, cell in zip(columns, cells) if name})
    isbn13 = said.read("isbn13", to_isbn13)
    language, form = said.read("language", languages.normal), said.read("format", formats.normal)
    title, series, series_number = said.read("title", _title) or (None, None, None)
    in_columns = {name: said.read(name, partial(short_of, name)) for name in ("series", "series_number")}
    price = said.read("price", price_of)
    return Row(
        number=number,
        isbn13=isbn13,
        title=title,
        subtitle=said.read("subtitle", partial(short_of, "subtitle")),
        series=or_in_brackets(in_columns["series"], series),
        series_number=or_in_brackets(in_columns["series_number"], series_number),
        authors=said.read("authors", authors_of),
        first_published=said.read("first_published", year_of),
        language=language,
        price=price,
        currency=said.read("currency", currency_of, usual=currency) if price is not None else None,
        copies=said.read("copies", copies_of, usual="0"),
        contributors=said.read("contributors", contributors_of),
        publisher=said.read("publisher", partial(short_of, "publisher")),
        imprint_of=said.read("imprint_of", partial(short_of, "imprint_of")),
        pages=said.read("pages", pages_of),
        description=said.read("description", partial(short_of, "description")),
        format=form,
        categories=said.read("categories", paths_of, usual=""),
        shelf=said.read("shelf", shelf_of, usual=""),
    )


class _Said(dict[str, str]):
    """The cells of a line, by our names of their columns."""

    def read(self, column: str, meaning: Callable[[str], Any], *, usual: str | None = None) -> Any:
        """What a cell means; None for a column that the file lacks, unless there is a usual text for it.

        :raises BadRow: naming the column.
        """
        text = self.get(column, usual)
        try:
            return None if text is None else meaning(text)
        except (BadRow, ValueError) as error:
            raise BadRow(str(error), column=column) from None


def or_in_brackets(in_column: str | None, in_title: str | None) -> str | None:
    """A series, or its number: the column for it goes before the title's brackets. Where both are silent so is the line."""
    return in_title if in_column is None else in_column or in_title or ""


def _title(text: str) -> tuple[str, str | None, str | None]:
    if not text:
        raise BadRow("The title is missing.")
    require_short(title=text)
    in_series = SERIES.fullmatch(text) if "#" in text else None
    return (in_series["title"], in_series["series"].strip(), in_series["number"]) if in_series else (text, None, None)


def authors_of(text: str) -> list[str]:
    authors = list(dict.fromkeys(name for part in text.split(",") if (name := " ".join(part.split()))))
    if len(authors) > MOST_AUTHORS:
        raise BadRow(f"More than {MOST_AUTHORS} authors.")
    if any(len(author) > 200 for author in authors):
        raise BadRow("An author's name is longer than 200 characters.")
    return authors


@lru_cache(CACHED)
def year_of(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,4}", text, re.ASCII) or not OLDEST_YEAR <= int(text) <= LATEST_YEAR:
        raise BadRow(f"“{text[:20]}” is no year of first publication (negative before Christ).")
    return int(text)


@lru_cache(CACHED)
def pages_of(text: str) -> int | None:
    if not text:
        return None
    found = PAGES.fullmatch(text)
    if not found or int(found[1]) > MOST_PAGES:
        raise BadRow(f"“{text[:20]}” is no number of pages up to {MOST_PAGES:,}.")
    return int(found[1]) or None


@lru_cache(CACHED)
def price_of(text: str) -> Decimal:
    if re.fullmatch(r"-[\d.]+", text, re.ASCII):
        raise BadRow(f"The price {text[:20]} is negative.")
    if re.fullmatch(r"\d{1,8},\d{2}", text, re.ASCII):
        text = text.replace(",", ".")  # as a comma's countries write it
    if not re.fullmatch(r"\d{1,8}(\.\d{1,2})?", text, re.ASCII):
        raise BadRow(f"“{text[:20]}” is no price: write it like 12.50, up to {HIGHEST_PRICE}.")
    if not (price := Decimal(text)):
        raise BadRow(FOR_NOTHING)
    return price


@lru_cache(CACHED)
def currency_of(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise BadRow(f"“{text[:20]}” is no currency: write three capitals such as EUR.")
    return text


@lru_cache(CACHED)
def copies_of(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > MOST_COPIES:
        raise BadRow(f"“{text[:20]}” is no number of copies from 0 to {MOST_COPIES:,}.")
    return int(text)


def require_short(**texts: str) -> None:
    """:raises BadRow: for a text that its field of a book cannot keep."""
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise BadRow(f"The {name.replace('_', ' ')} is longer than {LONGEST[name]:,} characters.")
        if "\x00" in text:
            raise BadRow(f"The {name} holds a NUL character.")


def short_of(name: str, text: str) -> str:
    require_short(**{name: text})
    return text


def shelf_of(text: str) -> str:
    if len(text) > LONGEST_SHELF:
        raise BadRow(f"The shelf is longer than {LONGEST_SHELF} characters.")
    if text and not PRINTABLE.fullmatch(text):
        raise BadRow(f"“{text}” cannot be the name of a shelf: it has the letters A to Z, digits and dashes.")
    return text


@lru_cache(CACHED)
def paths_of(text: str) -> tuple[tuple[str, ...], ...]:
    paths = tuple(
        tuple(name.strip() for name in path.split(">")) for path in dict.fromkeys(text.split(";")) if path.strip()
    )
    if any(not 0 < len(name) <= LONGEST_CATEGORY for path in paths for name in path):
        raise BadRow("The categories must be written like “Fiction > Classics; Poetry”.")
    return paths
