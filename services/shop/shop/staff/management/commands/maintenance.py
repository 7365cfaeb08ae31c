from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop.staff import maintenance
from shop.staff.models import Closure


class Command(BaseCommand):
    help = "Close the shop to customers while it is worked on, and open it again. Staff can always get in."

    def add_arguments(self, parser):
        parser.add_argument("what", choices=["on", "off", "status"])
        parser.add_argument("--minutes", type=int, help="how long it is expected to take; visitors are told")
        parser.add_argument("--note", default="", help="a sentence for visitors")

    def handle(self, *, what: str, minutes: int | None, note: str, **options):
        now = timezone.now()
        if what == "on":
            until = now + timedelta(minutes=minutes) if minutes else None
            maintenance.close(until=until, note=note[:300], now=now)
            self.stdout.write("Closed: visitors see it within seconds. To open again: maintenance off")
        elif what == "off":
            self.stdout.write("Open again." if maintenance.reopen() else "It was open.")
        else:
            closure = Closure.objects.first()
            self.stdout.write(f"{closure}. {closure.note}".strip() if closure else "Open.")
