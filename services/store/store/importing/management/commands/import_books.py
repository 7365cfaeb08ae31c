import io
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from store.importing.loading import BATCH_ROWS, AnotherImportRuns, Tally, load
from store.importing.reading import Record, records
from store.importing.rows import BadRow, Row, WrongHeader, columns_from, row_from

HELP = """\
Import books from a CSV file in UTF-8.

The first line names the columns:
  isbn13           ISBN-13 or ISBN-10, with or without hyphens; it decides which book is meant
  title            a series and its number may stand in brackets at the end: “Emma (Austen, #4)”
  authors          separated by commas within the cell
  first_published  year, negative before Christ; may be empty
  language         en, eng or en-US; may be empty
  price, currency  12.50 and EUR
  copies           how many copies imports bring for this book, all imports together
and, if you like: publisher, description, format (hardback, paperback …), shelf, categories (“Fiction > Classics; Poetry”).

Safe to repeat. Books we know are changed only where the file differs; optional columns the file lacks are left alone,
and no book is taken out of a category. Copies: an import counts the copies that imports ever brought for the book,
sold ones too, and adds only what is missing to the number in the file. It never takes a copy away. Copies added by
hand do not count.

A bad line is named on standard error with the reason, all good lines are imported, and the exit code is 1.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args, **kwargs):
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything and tell the outcome; keep nothing"
        )

    def handle(self, *, file: Path, dry_run: bool, **options):
        self.bad = 0
        try:
            with file.open("rb") as raw:
                tally = self._import(raw, file.stat().st_size, dry_run)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        except WrongHeader as error:
            raise CommandError(f"{file}: {error}") from None
        except AnotherImportRuns:
            raise CommandError("Another import is running. Wait for its end and start again.") from None
        self.stdout.write(
            f"{'Would be' if dry_run else 'Imported'}: {tally.new} new, {tally.changed} changed, "
            f"{tally.unchanged} unchanged; {tally.copies} copies added."
        )
        if self.bad:
            raise CommandError(f"{self.bad} bad {'line' if self.bad == 1 else 'lines'} left out, see above.")

    def _import(self, raw: io.BufferedReader, size: int, dry_run: bool) -> Tally:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
        found = records(text)
        header = next(found, None)
        if header is None:
            raise WrongHeader("The file is empty.")
        if header.fault:
            raise WrongHeader(header.fault)
        columns = columns_from(header.cells)
        tally, batch, now = Tally(), [], timezone.now()
        with tqdm(total=size, unit="B", unit_scale=True, desc="Importing", file=sys.stderr, disable=None) as bar:
            for row in self._good_rows(found, columns):
                batch.append(row)
                if len(batch) == BATCH_ROWS:
                    tally = tally.plus(load(batch, columns=columns, now=now, dry_run=dry_run))
                    batch.clear()
                    bar.update(raw.tell() - bar.n)
            if batch:
                tally = tally.plus(load(batch, columns=columns, now=now, dry_run=dry_run))
            bar.update(size - bar.n)
        return tally

    def _good_rows(self, found: Iterator[Record], columns: list[str]) -> Iterator[Row]:
        line_of: dict[int, int] = {}
        for record in found:
            try:
                if record.fault:
                    raise BadRow(record.fault)
                row = row_from(columns, record.cells)
                first = line_of.setdefault(int(row.isbn13), record.line)
                if first != record.line:
                    raise BadRow(f"ISBN {row.isbn13} stands in line {first} already.")
            except BadRow as error:
                self.bad += 1
                with tqdm.external_write_mode(file=sys.stderr):
                    self.stderr.write(f"line {record.line}: {error}")
            else:
                yield row
