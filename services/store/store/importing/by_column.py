"""What many lines of a CSV file mean, a column at a time: as `rows.row_from` has it, for a tenth of the time.

Cells repeat from line to line, so most are looked up. What breaks a rule is left to `row_from`, which says why.
"""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from store.catalogue.isbn import to_isbn13
from store.importing import formats, languages, rows
from store.importing.blocks import Line
from store.importing.cells import COLUMNS, NOTHING, Cells, array_of, categories_of, escaped
from store.importing.refusal import BadRow
from store.importing.rows import LONGEST, SERIES
from store.importing.with_roles import contributors_of

MOST_KNOWN = 5_000  # cells of one column, which repeat from line to line
LONGEST_KNOWN = 200
Column = Sequence[str | None]


class Understood(NamedTuple):
    """:ivar good: the lines that are surely good, as cells.
    :ivar unsure: the others, for `row_from`.
    """

    good: list[Cells]
    unsure: list[Line]


class _Known(dict):
    """What the cells of a column mean, kept while there are not too many; None for what may break a rule."""

    def __init__(self, meaning: Callable[[str], object]):
        self._meaning = meaning

    def __missing__(self, text: str) -> str | None:
        try:
            found = self._meaning(text.strip())
            told = NOTHING if found is None else escaped(str(found))
        except (BadRow, ValueError):
            told = None
        if len(self) >= MOST_KNOWN:
            self.clear()
        if len(text) <= LONGEST_KNOWN:
            self[text] = told
        return told

    def of(self, column: Sequence[str]) -> Column:
        return list(map(self.__getitem__, column))


class Columns:
    """The columns of one file."""

    def __init__(self, names: Sequence[str], *, currency: str):
        """:param names: as in `rows.row_from`."""
        self._names = names
        self._currency = currency
        self._known = {
            "authors": _Known(lambda text: array_of(rows.authors_of(text))),
            "first_published": _Known(rows.year_of),
            "language": _Known(languages.normal),
            "price": _Known(rows.price_of),
            "currency": _Known(rows.currency_of),
            "format": _Known(formats.normal),
            "categories": _Known(lambda text: categories_of(rows.paths_of(text))),
            "copies": _Known(rows.copies_of),
            "shelf": _Known(rows.shelf_of),
            "publisher": _Known(lambda text: rows.short_of("publisher", text)),
            "subtitle": _Known(lambda text: rows.short_of("subtitle", text)),
            "series": _Known(lambda text: rows.short_of("series", text)),
            "series_number": _Known(lambda text: rows.short_of("series_number", text)),
            "contributors": _Known(lambda text: json.dumps(contributors_of(text))),
            "imprint_of": _Known(lambda text: rows.short_of("imprint_of", text)),
            "pages": _Known(rows.pages_of),
        }

    def understood(self, lines: Sequence[Line]) -> Understood:
        """What is surely good of these lines, and which of them have to be looked at singly."""
        whole = [line for line in lines if len(line.cells) == len(self._names)]
        odd = [line for line in lines if len(line.cells) != len(self._names)]
        if not whole:
            return Understood([], odd)
        raw = dict(zip(self._names, zip(*(line.cells for line in whole))))
        found = self._found(raw, [str(line.number) for line in whole])
        unsure = {place for column in found if None in column for place, cell in enumerate(column) if cell is None}
        good = list(zip(*found))
        if not unsure:
            return Understood(good, odd)
        return Understood(
            [cells for place, cells in enumerate(good) if place not in unsure],
            odd + [line for place, line in enumerate(whole) if place in unsure],
        )

    def _found(self, raw: dict[str, Sequence[str]], numbers: list[str]) -> list[Column]:
        many = len(numbers)
        found = {name: known.of(raw[name]) for name, known in self._known.items() if name in raw}
        found |= {"isbn13": _isbns(raw["isbn13"]), "number": numbers, "retire": ["f"] * many}
        if "title" in raw:
            found |= _titles(raw["title"], found)
        if "description" in raw:
            found["description"] = _Known(lambda text: rows.short_of("description", text)).of(raw["description"])
        # A currency without a price says nothing, and nobody asks what it is.
        if "price" not in raw:
            found["currency"] = [NOTHING] * many
        elif "currency" not in raw:
            found["currency"] = self._known["currency"].of([self._currency]) * many
        found.setdefault("copies", ["0"] * many)
        found.setdefault("shelf", [""] * many)
        return [found.get(name) or [NOTHING] * many for name in COLUMNS]


def _isbns(column: Sequence[str]) -> Column:
    found: list[str | None] = []
    for text in column:
        try:
            found.append(to_isbn13(text.strip()))
        except ValueError:
            found.append(None)
    return found


def _titles(column: Sequence[str], found: dict[str, Column]) -> dict[str, Column]:
    """:param found: in which there may be columns for the series and its number, which go before the brackets."""
    titles: list[str | None] = [text.strip() for text in column]
    in_brackets: dict[str, dict[int, str]] = {"series": {}, "series_number": {}}
    for place, text in enumerate(titles):
        if not text or len(text) > LONGEST["title"]:
            titles[place] = None
        elif "#" in text and (parts := SERIES.fullmatch(text)):
            titles[place] = parts["title"]
            in_brackets["series"][place], in_brackets["series_number"][place] = parts["series"].strip(), parts["number"]
    in_series = {name: _filled_in(found.get(name), told, len(titles)) for name, told in in_brackets.items()}
    return {"title": [cell and escaped(cell) for cell in titles], **in_series}


def _filled_in(column: Column | None, in_brackets: dict[int, str], many: int) -> Column:
    """The column, and where it is silent what stands in the title's brackets."""
    cells = [NOTHING] * many if column is None else list(column)
    silent = NOTHING if column is None else ""
    for place, text in in_brackets.items():
        if cells[place] == silent:
            cells[place] = escaped(text)
    return cells
