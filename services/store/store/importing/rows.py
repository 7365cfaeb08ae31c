"""What a line of the file means."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from store.catalogue.isbn import to_isbn13
from store.catalogue.models import HIGHEST_PRICE, LATEST_YEAR, OLDEST_YEAR, Book
from store.importing import formats, languages

REQUIRED = ("isbn13", "title", "authors", "first_published", "language", "price", "currency", "copies")
OPTIONAL = ("publisher", "description", "format", "categories", "shelf")
MOST_COPIES = 10_000
MOST_AUTHORS = 50
LONGEST_SHELF = 30
LONGEST_CATEGORY = 100
# “The Hunger Games (The Hunger Games, #1)”; of several series in the brackets the first counts.
SERIES = re.compile(r"(?P<title>.+?)\s*\((?P<series>[^()]+?),?\s+#\s*(?P<number>[^()#;]{1,30}?)\s*(?:;[^()]*)?\)")


class BadRow(Exception):
    """The line breaks a rule; the text is a sentence for the person who made the file."""


class WrongHeader(Exception):
    """The file's first line is not the header we know; the text says what is wrong."""


class Row(NamedTuple):
    isbn13: str
    title: str
    series: str
    series_number: str
    authors: list[str]
    first_published: int | None
    language: str
    price: Decimal
    currency: str
    copies: int
    publisher: str = ""
    description: str = ""
    format: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    shelf: str = ""


def columns_from(cells: Sequence[str]) -> list[str]:
    """This function will answer the columns a header names, in its order.

    :raises WrongHeader: if one is missing, unknown or there twice.
    """
    columns = [cell.strip().lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    if missing:
        raise WrongHeader(f"The first line must name the columns {','.join(REQUIRED)}; {', '.join(missing)} missing.")
    if unknown:
        raise WrongHeader(f"Unknown column {unknown[0][:40]!r}; further columns may be {', '.join(OPTIONAL)}.")
    if len(set(columns)) < len(columns):
        raise WrongHeader("A column is named twice.")
    return columns


def row_from(columns: Sequence[str], cells: Sequence[str]) -> Row:
    """:raises BadRow: for the first rule the line breaks."""
    if len(cells) != len(columns):
        raise BadRow(f"It has {len(cells)} cells where the header has {len(columns)}.")
    text = dict(zip(columns, (cell.strip() for cell in cells)))
    try:
        isbn13, language = to_isbn13(text["isbn13"]), languages.normal(text["language"])
        form = formats.normal(text.get("format", ""))
    except ValueError as error:
        raise BadRow(str(error)) from None
    title, series, series_number = _title(text["title"])
    return Row(
        isbn13=isbn13,
        title=title,
        series=series,
        series_number=series_number,
        authors=_authors(text["authors"]),
        first_published=_year(text["first_published"]),
        language=language,
        price=_price(text["price"]),
        currency=_currency(text["currency"]),
        copies=_copies(text["copies"]),
        publisher=_short(text, "publisher", Book._meta.get_field("publisher").max_length),
        description=_short(text, "description", Book._meta.get_field("description").max_length),
        format=form,
        categories=_categories(text.get("categories", "")),
        shelf=_short(text, "shelf", LONGEST_SHELF),
    )


def _title(text: str) -> tuple[str, str, str]:
    if not text:
        raise BadRow("The title is missing.")
    if len(text) > Book._meta.get_field("title").max_length:
        raise BadRow("The title is longer than 300 characters.")
    in_series = SERIES.fullmatch(text)
    return (in_series["title"], in_series["series"].strip(), in_series["number"]) if in_series else (text, "", "")


def _authors(text: str) -> list[str]:
    authors = list(dict.fromkeys(name for part in text.split(",") if (name := " ".join(part.split()))))
    if len(authors) > MOST_AUTHORS:
        raise BadRow(f"More than {MOST_AUTHORS} authors.")
    if any(len(author) > 200 for author in authors):
        raise BadRow("An author's name is longer than 200 characters.")
    return authors


def _year(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,4}", text, re.ASCII) or not OLDEST_YEAR <= int(text) <= LATEST_YEAR:
        raise BadRow(f"“{text[:20]}” is no year of first publication (negative before Christ).")
    return int(text)


def _price(text: str) -> Decimal:
    if re.fullmatch(r"-[\d.]+", text, re.ASCII):
        raise BadRow(f"The price {text[:20]} is negative.")
    if not re.fullmatch(r"\d{1,5}(\.\d{1,2})?", text, re.ASCII):
        raise BadRow(f"“{text[:20]}” is no price: write it like 12.50, up to {HIGHEST_PRICE}.")
    return Decimal(text)


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise BadRow(f"“{text[:20]}” is no currency: write three capitals such as EUR.")
    return text


def _copies(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > MOST_COPIES:
        raise BadRow(f"“{text[:20]}” is no number of copies from 0 to {MOST_COPIES:,}.")
    return int(text)


def _short(text: dict[str, str], column: str, longest: int) -> str:
    if len(text.get(column, "")) > longest:
        raise BadRow(f"The {column} is longer than {longest:,} characters.")
    return text.get(column, "")


def _categories(text: str) -> tuple[tuple[str, ...], ...]:
    paths = tuple(
        tuple(name.strip() for name in path.split(">")) for path in dict.fromkeys(text.split(";")) if path.strip()
    )
    if any(not 0 < len(name) <= LONGEST_CATEGORY for path in paths for name in path):
        raise BadRow("The categories must be written like “Fiction > Classics; Poetry”.")
    return paths
