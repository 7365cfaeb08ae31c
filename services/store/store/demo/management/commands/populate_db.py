import sys
from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from store.demo import operations

DEFAULT_BOOKS = 300


def number_of_books(text: str) -> int:
    most = operations.most_books()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise ArgumentTypeError(f"give a whole number from 1 to {most:,}, not “{text}”")
    return int(text)


class Command(BaseCommand):
    help = (
        "Fill the store with demo books, copies and a tree of categories: first real classics with covers, then "
        "invented books. The same number always means the same books. Safe to repeat: books that are there are left "
        "as they are, and a larger number adds the rest. A store with books of its own is left alone without --yes."
    )

    def add_arguments(self, parser):
        parser.add_argument("--books", type=number_of_books, default=DEFAULT_BOOKS, metavar="N", help="how many (300)")
        parser.add_argument("--yes", action="store_true", help="also beside books that are no demo data")
        parser.add_argument("--dry-run", action="store_true", help="say what would be added, and add nothing")

    def handle(self, *, books, yes, dry_run, verbosity, **options):
        self.quiet = verbosity == 0
        with self._bar(books, "Looking") as bar:
            missing = operations.missing_books(books, progress=bar.update)
        others = operations.other_books()
        if not missing:
            self.stdout.write(f"Nothing to add: the first {books:,} demo books are here.")
        elif others and not yes:
            # Not an error: a start of the system may say populate_db each time, also after the real books came.
            self.stdout.write(
                f"Nothing added: the store has {others:,} books of its own. "
                f"Say --yes to add {missing:,} demo books beside them."
            )
        elif dry_run:
            self.stdout.write(f"Would add {missing:,} demo books. Nothing was changed.")
        else:
            self._add(books)

    def _add(self, books: int) -> None:
        try:
            with self._bar(books, "Filling") as bar:
                added, copies = operations.add_books(books, now=timezone.now(), progress=bar.update)
        except operations.AnotherImportRuns:
            raise CommandError("An import is running. Wait for its end, then start this again.") from None
        self.stdout.write(f"Added {added:,} demo books with {copies:,} copies.")

    def _bar(self, total: int, what: str) -> tqdm:
        # None: only on a terminal.
        return tqdm(total=total, unit=" books", desc=what, file=sys.stderr, disable=self.quiet or None)
