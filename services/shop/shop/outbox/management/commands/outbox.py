from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from shop.bell import ring_after_commit
from shop.clock import by_clock
from shop.notifications.models import Mail
from shop.outbox.models import Deliverable, OutboxMessage
from shop.outbox.operations import send_again
from worker_bell import Topic

KINDS = {"message": OutboxMessage, "mail": Mail}
UNDELIVERED = Q(state__in=[Deliverable.State.WAITING, Deliverable.State.REFUSED])


class Command(BaseCommand):
    help = "Show what has not been delivered, messages to the store and mails alike, or have it delivered again."

    def add_arguments(self, parser):
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="what waits or was refused")
        retry = actions.add_parser("retry", help="deliver again, at once")
        retry.add_argument("ids", nargs="*", metavar="ID", help="such as message:7 or mail:12, as the list shows them")
        retry.add_argument("--all", action="store_true", help="everything that waits or was refused")

    def handle(self, *args, action: str, **options):
        self._list() if action == "list" else self._retry(options["ids"], everything=options["all"])

    def _list(self) -> None:
        number = 0
        for kind, model in KINDS.items():
            for row in model.objects.filter(UNDELIVERED).order_by("id").iterator():
                number += 1
                self.stdout.write(
                    f"{kind}:{row.pk}  {row.state}  {row}  written {by_clock(row.created_at, '%F %H:%M')}  "
                    f"attempts {row.attempts}  {row.last_error}".rstrip()
                )
        self.stdout.write(f"{number} not delivered." if number else "Everything has been delivered.")

    def _retry(self, ids: list[str], *, everything: bool) -> None:
        if bool(ids) == everything:
            raise CommandError("Say which ones, as outbox list shows them (message:7, mail:12), or --all.")
        wanted = {kind: model.objects.filter(UNDELIVERED) for kind, model in KINDS.items()}
        if ids:  # also those that were given up
            wanted = {kind: model.objects.filter(pk__in=self._of_kind(kind, ids)) for kind, model in KINDS.items()}
        number = sum(send_again(rows, now=timezone.now()) for rows in wanted.values())
        ring_after_commit(Topic.OUTBOX, Topic.MAIL)
        self.stdout.write(f"{number} will be delivered again.")
        if number < len(ids):
            raise CommandError("The others are unknown, delivered already, or belong to an order that is over.")

    def _of_kind(self, kind: str, ids: list[str]) -> list[int]:
        keys = []
        for given in ids:
            named, _, key = given.partition(":")
            if named not in KINDS or not key.isdecimal():
                raise CommandError(f"{given!r} is no ID such as message:7 or mail:12.")
            if named == kind:
                keys.append(int(key))
        return keys
