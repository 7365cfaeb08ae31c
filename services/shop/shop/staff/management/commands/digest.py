from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.accounts.models import User
from shop.staff import digest


class Command(BaseCommand):
    help = "What waits for people, as the letter of each morning says it: see it now, or write today's letters at once."

    def add_arguments(self, parser) -> None:
        parser.add_argument("what", choices=["show", "send"])
        parser.add_argument("email", nargs="?", help="show: as this member of the staff would see it; else all of it")

    def handle(self, *, what: str, email: str | None, **options) -> None:
        now = timezone.now()
        if what == "show":
            self._show(email, now=now)
            return
        day = now.astimezone(ZoneInfo(settings.DIGEST_TIME_ZONE)).date()
        done = digest.write(day=day, now=now)
        told = f"{done} written."
        if done.letters is None:
            told = "Nobody has asked for them." if digest.is_left(day) else "The letters of today were written before."
        self.stdout.write(told)

    def _show(self, email: str | None, *, now: datetime) -> None:
        found = digest.gather(now=now)
        if email:
            user = User.objects.filter(email__iexact=email, is_staff=True, is_active=True).first()
            if user is None:
                raise CommandError(f"There is no member of the staff with the address {email}.")
            found = digest.seen_by(user, found)
        for part in found:
            more = [f"and {part.more} more"] if part.more else []
            self.stdout.write("\n".join([part.title, *(f"- {line}" for line in [*part.lines, *more]), part.url, ""]))
        if not found:
            self.stdout.write("Nothing waits.")
