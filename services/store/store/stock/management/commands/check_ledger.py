import sys

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from store.catalogue.models import Book
from store.stock.checking import differences


class Command(BaseCommand):
    help = (
        "Add up the ledger of every book: what is on the shelf and in the house must be the sum of its lines, and each "
        "line must begin where the one before it ended. Changes nothing; names the books that differ, and the exit code "
        "is 1 then."
    )

    def handle(self, **options):
        wrong = 0
        with tqdm(total=Book.objects.count(), unit=" books", file=sys.stderr, disable=None) as bar:
            for book in differences(bar.update):
                wrong += 1
                with tqdm.external_write_mode(file=sys.stderr):
                    self.stdout.write(f"{book.isbn13} “{book.title}”: {'; '.join(book.sentences)}.")
        if wrong:
            raise CommandError(f"The ledger of {wrong} {'book does' if wrong == 1 else 'books do'} not add up.")
        self.stdout.write("The ledger adds up for every book.")
