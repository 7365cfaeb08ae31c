import sys
from argparse import RawDescriptionHelpFormatter
from datetime import timedelta
from pathlib import Path
from textwrap import shorten

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from store.importing import operations, queries, work
from store.importing.models import ImportRun, RunState
from store.importing.refusal import FileRefused
from store.works.turn import Turn, the_turn

STEP = timedelta(seconds=1)
ACTOR = "import_books"
LONGEST_TOLD = 120
HELP = """\
Import books from a CSV file in UTF-8, or from an ONIX 3.0 or 3.1 message. Which it is, is seen by what is in it.

The first line of a CSV names the columns:
  isbn13           ISBN-13 or ISBN-10, with or without hyphens; it decides which book is meant
  title            a series and its number may stand in brackets at the end: “Emma (Austen, #4)”
  authors          separated by commas within the cell
  first_published  year, negative before Christ; left empty, the year we know stays
  language         en, eng or en-US; may be empty
  price, currency  12.50 and EUR
  copies           how many copies imports bring for this book, all imports together
and, if you like: subtitle, publisher, imprint_of, description, format (hardback, paperback …), pages, shelf,
categories (“Fiction > Classics; Poetry”), contributors (“translated by Jon Tolk; A12: Ada Okafor”), series and
series_number, which go before what the title has in brackets.
docs/imports.md says what is read of ONIX, and which of several prices is taken.

Safe to repeat. Books we know are changed only where the file differs; optional columns the file lacks are left alone,
and no book is taken out of a category. Copies: an import counts the copies that imports ever brought for the book,
sold ones too, and adds only what is missing to the number in the file. It never takes a copy away. Copies added by
hand do not count.

A bad line or record is named on standard error with the reason, all good ones are imported, and the exit code is 1. An
import that is killed half-way goes on in the background, where the worker runs, or can be stopped in the admin.
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args, **kwargs):
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything and tell the outcome; keep nothing"
        )
        parser.add_argument("--currency", default="EUR", help="of the prices that are taken from ONIX (EUR)")
        parser.add_argument("--country", default="", help="where we sell, for prices of ONIX: two letters, such as DE")

    def handle(self, *, file: Path, dry_run: bool, currency: str, country: str, **options):
        with the_turn(Turn.IMPORTS) as mine:
            if not mine:
                raise CommandError("Another import is running. Wait for its end and start again.")
            try:
                with file.open("rb") as raw:
                    run = operations.take_in(
                        raw,
                        name=file.name,
                        actor=ACTOR,
                        now=timezone.now(),
                        currency=currency,
                        country=country,
                        ours=True,
                    )
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}.") from None
            except FileRefused as error:
                raise CommandError(f"{file}: {error}") from None
            run = self._import(run, dry_run)
        if run.bad:
            said = run.what_a_record_is
            raise CommandError(f"{run.bad} bad {said if run.bad == 1 else said + 's'} left out, see above.")

    def _import(self, run: ImportRun, dry_run: bool) -> ImportRun:
        self.told = 0
        run = self._through(run, RunState.CHECKING, "Reading", run.size_bytes, "position")
        if run.state == RunState.REFUSED:
            self._tidy()
            raise CommandError(f"{run.name}: {run.reason}")
        if dry_run:
            self._tell(run, "Would be", run.new, run.changed, run.retired, run.unchanged, run.copies)
            self._tell_changes(run)
            operations.stop(run, actor=ACTOR, now=timezone.now(), reason="It was a dry run.")
        else:
            operations.approve(run, actor=ACTOR)
            run = self._through(run, RunState.APPLYING, "Importing", run.to_do, "done")
            done = (run.done_new, run.done_changed, run.done_retired)
            unchanged = run.records - run.bad - sum(done)
            self._tell(run, "Imported", *done, unchanged, run.done_copies)
        self._tidy()
        return run

    def _through(self, run: ImportRun, state: RunState, what: str, size: int, measure: str) -> ImportRun:
        """Work on the import until it is past this state."""
        run.refresh_from_db()
        with tqdm(total=size, unit_scale=True, desc=what, file=sys.stderr, disable=None) as bar:
            while run.state == state:
                work.step(run, timezone.now, timezone.now() + STEP)
                run.refresh_from_db()
                bar.update(getattr(run, measure) - bar.n)
                self._tell_faults(run)
        return run

    def _tell_faults(self, run: ImportRun) -> None:
        for fault in run.faults.filter(id__gt=self.told).order_by("id"):
            self.told = fault.id
            with tqdm.external_write_mode(file=sys.stderr):
                self.stderr.write(f"{run.what_a_record_is} {fault.record}: {fault.reason}")

    def _tell(self, run, said: str, new: int, changed: int, retired: int, unchanged: int, copies: int) -> None:
        gone = f"{retired} retired, " if retired else ""
        self.stdout.write(f"{said}: {new} new, {changed} changed, {gone}{unchanged} unchanged; {copies} copies added.")

    def _tell_changes(self, run: ImportRun) -> None:
        for book in queries.changes_of(run):
            self.stdout.write(f"{book.isbn13} {book.title}")
            for change in book.changes:
                before, after = (shorten(text, LONGEST_TOLD) or "—" for text in (change.before, change.after))
                self.stdout.write(f"  {change.field}: {before} → {after}")

    def _tidy(self) -> None:
        while work.tidy(now=timezone.now()):
            pass
