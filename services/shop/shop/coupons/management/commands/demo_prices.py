import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.coupons import demo
from shop.pages.wording import counted

PAUSE_S = 1


class Command(BaseCommand):
    help = "Make the demonstration's coupons and discount; safe to repeat. Only in demo mode."

    def add_arguments(self, parser):
        parser.add_argument(
            "--wait", type=int, default=0, metavar="S", help="look so long for books that the shop has yet to hear of"
        )

    def handle(self, *, wait: int = 0, **options):
        if not settings.DEMO:
            raise CommandError("This is for the demonstration (DEMO=1). Make coupons in the admin.")
        deadline = time.monotonic() + wait
        while True:
            coupons, books = demo.fill(now=timezone.now())
            if books or time.monotonic() >= deadline:
                break
            time.sleep(PAUSE_S)
        told = f"Cheaper: {counted(books, 'book')}." if books else "The shop knows no book to make cheaper yet."
        self.stdout.write(f"{coupons} coupons. {told}")
