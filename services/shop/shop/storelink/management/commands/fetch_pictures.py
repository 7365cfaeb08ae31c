from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.catalogue.models import Book
from shop.storelink.pictures import fetch_pictures, forget_lost_pictures
from shop.storelink.store import open_store


class Command(BaseCommand):
    help = "Fetch the pictures of books that the store has and the shop has not."

    def add_arguments(self, parser):
        parser.add_argument("--again", action="store_true", help="also those that are lost from disk or were broken")

    def handle(self, *args, again: bool, **options):
        if again:
            broken = Book.objects.exclude(cover_error="").update(cover_error="")
            self.stdout.write(f"{forget_lost_pictures()} lost and {broken} broken pictures are tried again.")
        with open_store() as store:
            run = fetch_pictures(store, timezone.now)
        self.stdout.write(str(run))
        if run.unreachable:
            raise CommandError("The store could not be reached for all of them; the timetable tries again.")
