from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.storelink.clearing import clear, counts


class Command(BaseCommand):
    help = "Delete books, carts, orders, letters and messages. Users stay; the next sync fills the catalogue again."

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="needed outside demo mode, where this cannot be undone")

    def handle(self, *args, yes: bool, **options):
        found = ", ".join(f"{number} {name}" for name, number in counts().items())
        if not (yes or settings.DEMO):
            raise CommandError(f"This would delete {found}. Outside demo mode say so with: clear_db --yes")
        clear()
        self.stdout.write(f"Deleted: {found}. The next sync of books fills the catalogue again.")
