from django.core.management.base import BaseCommand, CommandError

from store.orders.queries import books_with_wrong_level
from store.stock.queries import copies_that_differ_from_ledger


class Command(BaseCommand):
    help = (
        "Count the warehouse's books after the fact: every book's level against its copies and the open orders, and "
        "every copy's state against its ledger. Changes nothing; the exit code is 1 if anything differs."
    )

    def handle(self, **options):
        books, copies = books_with_wrong_level(), copies_that_differ_from_ledger()
        for book in books:
            self.stdout.write(f"book {book}: its level is not what its copies and the open orders say")
        for copy in copies:
            self.stdout.write(f"copy {copy}: its state is not the one its ledger ends in")
        if books or copies:
            raise CommandError(f"{len(books)} books and {len(copies)} copies do not add up.")
        self.stdout.write("All levels and ledgers add up.")
