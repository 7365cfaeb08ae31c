import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from store.works import tidying
from store.works.turn import Turn, the_turn


class Command(BaseCommand):
    help = (
        "Remove rows and files that nobody needs any more, as the worker does once an hour: log-ins that ended, details "
        "of old imports and of dropped counts, and such. How long each is kept is a setting (…_KEPT_DAYS; 0: for ever)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Count what would go, and change nothing.")

    def handle(self, *, dry_run: bool, **options):
        now = timezone.now()
        if dry_run:
            for rule in tidying.RULES:
                self._tell(rule, rule.old(now).count(), "would go")
            return
        with the_turn(Turn.TIDY) as mine:
            if not mine:
                raise CommandError("The worker is tidying up at this moment. Try again in a minute.")
            for rule in tidying.RULES:
                self._tell(rule, self._removed(rule, now), "removed")
            tidying.remove_files(now=now)

    def _removed(self, rule: tidying.Rule, now) -> int:
        removed = 0
        with tqdm(total=rule.old(now).count(), desc=rule.what, file=sys.stderr, disable=None) as bar:
            for number in tidying.remove(rule, now=now):
                removed += number
                bar.update(number)
        return removed

    def _tell(self, rule: tidying.Rule, number: int, what: str) -> None:
        days = getattr(settings, rule.kept)
        kept = f"kept for {days} {'day' if days == 1 else 'days'}" if days else "kept for ever"
        self.stdout.write(f"{rule.what}: {number} {what} ({kept}, {rule.kept})")
