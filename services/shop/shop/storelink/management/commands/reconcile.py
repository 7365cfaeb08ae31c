import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.storelink.models import Comparison
from shop.storelink.reconcile import reconcile
from shop.storelink.store import open_store


class Command(BaseCommand):
    help = (
        "Compare shop and store: books, free copies, orders, how far each order is, and returns. What is under way "
        "is no difference. Exit code 1 if something differs afterwards or could not be compared."
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="only say what differs (without --repair the default)")
        what.add_argument("--repair", action="store_true", help="set it right from its owner's side")
        parser.add_argument(
            "--accept", action="store_true", help="with --repair: also if very much would change at once"
        )
        parser.add_argument("--json", action="store_true", help="the result as JSON")
        parser.add_argument(
            "--only", nargs="+", choices=Comparison.Subject.values, metavar="SUBJECT", help="only these"
        )

    def handle(self, *, repair: bool, accept: bool, only: list[str] | None, verbosity: int, **options):
        if accept and not repair:
            raise CommandError("--accept goes with --repair.")
        with open_store() as store:
            report = reconcile(
                store, timezone.now, repair=repair, accept=accept, subjects=only, say=self._renew(quiet=not verbosity)
            )
        self.stdout.write(json.dumps(report.as_json(), indent=2) if options["json"] else str(report))
        if report.is_clean:
            return
        if not repair and report.left and not options["json"]:
            self.stdout.write("Nothing was changed. Set it right with: reconcile --repair")
        sys.exit(1)

    def _renew(self, *, quiet: bool):
        """A line on the terminal that is written over; none where nobody watches."""
        if quiet or not sys.stderr.isatty():
            return lambda line: None
        return lambda line: sys.stderr.write(f"\r\x1b[K{line}")
