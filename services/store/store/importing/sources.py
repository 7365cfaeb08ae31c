"""A file of either format as one stream of records."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO, NamedTuple

from store.importing import reading, rows
from store.importing.models import Format, ImportRun
from store.importing.onix.prices import Defaults, Market
from store.importing.onix.products import reference_of
from store.importing.onix.products import row_from as row_from_product
from store.importing.onix.reading import header, products
from store.importing.refusal import FileRefused
from store.importing.rows import BadRow, Row

FIRST_BYTES = 1024
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Read(NamedTuple):
    """A record that was read: what it says, or why it is left out.

    :ivar position: in the file, where reading goes on after this record.
    :ivar last: the number of the record, or of its last line.
    """

    number: int
    last: int
    position: int
    row: Row | None = None
    reason: str = ""
    reference: str = ""


class Header(NamedTuple):
    """The first line of a CSV, and the first one below for people to look at."""

    delimiter: str
    cells: list[str]
    sample: list[str]


def format_of(file: IO[bytes]) -> Format:
    """By what is in the file, whatever its name."""
    file.seek(0)
    beginning = file.read(FIRST_BYTES)
    if beginning.startswith(UTF_16) and b"<" in beginning[:8]:
        return Format.ONIX
    return Format.ONIX if beginning.removeprefix(reading.BOM).lstrip().startswith(b"<") else Format.CSV


def header_of(file: IO[bytes]) -> Header:
    """:raises FileRefused: if there is none that can be read."""
    delimiter = reading.delimiter_of(file)
    found = reading.records(file, delimiter=delimiter)
    first = next(found, None)
    if first is None:
        raise FileRefused("The file is empty.")
    if first.fault:
        raise FileRefused(f"Its first line cannot be read: {first.fault}")
    below = next(found, None)
    return Header(delimiter, first.cells, below.cells if below else [])


def reads_of(run: ImportRun, file: IO[bytes], *, now: datetime) -> Iterator[Read]:
    """Yield the records of the run's file that were not read yet.

    :raises FileRefused: for a file that is broken as a whole, perhaps only after many records.
    """
    return _lines(run, file) if run.format == Format.CSV else _products(run, file, now)


def _lines(run: ImportRun, file: IO[bytes]) -> Iterator[Read]:
    found = reading.records(file, delimiter=run.delimiter, at=run.position, line=run.last_read)
    if not run.position:
        next(found)  # the header
    for record in found:
        read = Read(record.line, record.last_line, record.ends)
        try:
            if record.fault:
                raise BadRow(record.fault)
            yield read._replace(row=rows.row_from(run.columns, record.cells, record.line, currency=run.currency))
        except BadRow as error:
            yield read._replace(reason=str(error), reference=_isbn_as_written(run.columns, record.cells))


def _isbn_as_written(columns: list[str], cells: list[str]) -> str:
    place = columns.index("isbn13")
    return cells[place].replace("\x00", "")[:100] if place < len(cells) else ""


def _products(run: ImportRun, file: IO[bytes], now: datetime) -> Iterator[Read]:
    file.seek(0)
    said = header(file)
    defaults = Defaults(said.text("DefaultCurrencyCode"), said.text("DefaultPriceType"))
    market = Market(run.currency, run.country, now.date())
    file.seek(0)
    for number, product in enumerate(products(file, after=run.position), start=run.last_read + 1):
        read = Read(number, number, product.start, reference=reference_of(product.record))
        try:
            if product.fault:
                raise BadRow(product.fault)
            yield read._replace(row=row_from_product(product.record, number, market, defaults))
        except BadRow as error:
            yield read._replace(reason=str(error))
