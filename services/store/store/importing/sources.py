"""A file of either format as one stream of records."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import IO, NamedTuple

from django.utils.timezone import localdate

from store.importing import reading, rows
from store.importing.blocks import Line, stretch_of
from store.importing.by_column import Columns
from store.importing.cells import Cells, cells_of
from store.importing.models import Format, ImportRun
from store.importing.onix.prices import Defaults, Market
from store.importing.onix.products import reference_of
from store.importing.onix.products import row_from as row_from_product
from store.importing.onix.reading import header, products
from store.importing.refusal import FileRefused
from store.importing.rows import BadRow

FIRST_BYTES = 1024
THINGS_BETWEEN_COLLECTIONS = 100_000
LARGEST_BATCH_BYTES = 4 * 1024 * 1024  # of the file
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Fault(NamedTuple):
    """A record that is left out, and why.

    :ivar column: the one of ours that is to blame, where one is.
    """

    record: int
    reference: str
    reason: str
    column: str = ""


class Batch(NamedTuple):
    """Some records that follow each other, as they were read.

    :ivar good: what the good ones say.
    :ivar position: in the file, where reading goes on after them.
    :ivar last: the number of the last record, or of its last line.
    """

    good: list[Cells]
    faults: list[Fault]
    position: int
    last: int

    @property
    def records(self) -> int:
        return len(self.good) + len(self.faults)


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
    # Of a line that is not UTF-8 the cells still show which column is which, as far as they can be shown.
    return Header(delimiter, first.cells, [reading.clean(cell) for cell in below.cells] if below else [])


def batches_of(run: ImportRun, file: IO[bytes], *, now: datetime, size: int) -> Iterator[Batch]:
    """Yield the records of the run's file that were not read yet, so many at a time.

    :raises FileRefused: for a file that is broken as a whole, perhaps only after many records.
    """
    return _lines(run, file, size) if run.format == Format.CSV else _products(run, file, now, size)


@contextmanager
def _collected_seldom() -> Iterator[None]:
    """Records are thousands of small things without a circle among them: looking for one took a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(THINGS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the batches, each read while the one before it is looked after: Postgres works and so do we."""
    with _collected_seldom(), ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, batches, None)
        while batch := coming.result():
            coming = reader.submit(next, batches, None)
            yield batch


def _lines(run: ImportRun, file: IO[bytes], size: int) -> Iterator[Batch]:
    columns = Columns(run.columns, currency=run.currency)
    batch, odd_until = Batch([], [], run.position, run.last_read), 0
    if not batch.position:
        header = next(reading.records(file, delimiter=run.delimiter))
        batch = batch._replace(position=header.ends, last=header.last_line)
    first = batch.position
    while True:
        began = batch.position
        if began >= odd_until:
            batch, odd_until = _by_block(run, file, columns, batch, size)
        if batch.position < odd_until and batch.records < size:
            batch = _by_record(run, file, batch, odd_until, size)
        if batch.records and (_is_full(batch, first, size) or batch.position == began):
            yield batch
            batch, first = Batch([], [], batch.position, batch.last), batch.position
        elif batch.position == began:
            return


def _by_block(run: ImportRun, file: IO[bytes], columns: Columns, batch: Batch, size: int) -> tuple[Batch, int]:
    """The batch with a block's records, and the byte up to which no other block can be read."""
    most = size - batch.records
    found = stretch_of(file, delimiter=run.delimiter, at=batch.position, last=batch.last, most=most)
    good, unsure = columns.understood(found.lines)
    batch = Batch(batch.good + good, batch.faults, found.ends, found.last)
    for line in unsure:
        _look_at(run, line, batch)
    return batch, found.odd_until


def _by_record(run: ImportRun, file: IO[bytes], batch: Batch, until: int, size: int) -> Batch:
    """The batch with the records up to a byte, each looked at on its own."""
    for record in reading.records(file, delimiter=run.delimiter, at=batch.position, line=batch.last):
        if record.fault:
            batch.faults.append(Fault(record.line, _isbn_as_written(run.columns, record.cells), record.fault))
        else:
            _look_at(run, Line(record.line, record.cells), batch)
        batch = batch._replace(position=record.ends, last=record.last_line)
        if batch.position >= until or batch.records >= size:
            break
    return batch


def _look_at(run: ImportRun, line: Line, batch: Batch) -> None:
    try:
        batch.good.append(cells_of(rows.row_from(run.columns, line.cells, line.number, currency=run.currency)))
    except BadRow as error:
        batch.faults.append(Fault(line.number, _isbn_as_written(run.columns, line.cells), str(error), error.column))


def _isbn_as_written(columns: list[str], cells: list[str]) -> str:
    place = columns.index("isbn13")
    return cells[place].replace("\x00", "")[:100] if place < len(cells) else ""


def _products(run: ImportRun, file: IO[bytes], now: datetime, size: int) -> Iterator[Batch]:
    file.seek(0)
    said = header(file)
    defaults = Defaults(said.text("DefaultCurrencyCode"), said.text("DefaultPriceType"))
    market = Market(run.currency, run.country, localdate(now))
    file.seek(0)
    batch, first = Batch([], [], run.position, run.last_read), run.position
    for number, product in enumerate(products(file, after=run.position), start=run.last_read + 1):
        try:
            if product.fault:
                raise BadRow(product.fault)
            batch.good.append(cells_of(row_from_product(product.record, number, market, defaults)))
        except BadRow as error:
            batch.faults.append(Fault(number, reference_of(product.record), str(error)))
        batch = batch._replace(position=product.start, last=number)
        if _is_full(batch, first, size):
            yield batch
            batch, first = Batch([], [], batch.position, batch.last), batch.position
    if batch.records:
        yield batch


def _is_full(batch: Batch, first: int, size: int) -> bool:
    return batch.records >= size or batch.position - first >= LARGEST_BATCH_BYTES
