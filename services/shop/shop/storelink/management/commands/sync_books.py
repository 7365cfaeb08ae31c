from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.storelink.books import sync_books
from shop.storelink.store import open_store


class Command(BaseCommand):
    help = "Read what the store has told of its books since the last time, to the end. Pictures follow in the worker."

    def add_arguments(self, parser):
        parser.add_argument(
            "--accept", action="store_true", help="go on although very many books would be withdrawn at once"
        )

    def handle(self, *args, accept: bool, **options):
        with open_store() as store:
            run = sync_books(store, timezone.now, accept=accept)
        self.stdout.write(str(run))
        if run.error or run.stopped_because:
            raise CommandError(run.stopped_because or run.error)
