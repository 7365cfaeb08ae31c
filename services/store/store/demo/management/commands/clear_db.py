from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from store.demo import operations


class Command(BaseCommand):
    help = (
        "Empty the store of all books, copies, orders and categories, for ever. Users and service credentials stay, and "
        "the shop hears that the books are gone. Outside demo mode (DEMO=1) it needs --yes."
    )

    def add_arguments(self, parser):
        parser.add_argument("--yes", action="store_true", help="really, although this is no demo")
        parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")

    def handle(self, *, yes, dry_run, **options):
        what = ", ".join(f"{number:,} {name}" for name, number in operations.contents().items())
        if dry_run:
            self.stdout.write(f"Would remove {what}. Nothing was changed.")
            return
        if not (settings.DEMO or yes):
            raise CommandError(
                f"This would remove {what}, for ever, and this is no demo. Make a backup, then say --yes if you mean it."
            )
        try:
            operations.clear_store()
        except OperationalError as error:
            raise CommandError(
                f"Nothing was removed: the database did not let us ({str(error).splitlines()[0]}). Try again when "
                "nobody imports or packs."
            ) from None
        self.stdout.write(f"Removed {what}. Users and service credentials are as they were.")
