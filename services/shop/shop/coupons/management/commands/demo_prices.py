from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.coupons import demo


class Command(BaseCommand):
    help = "Make the demonstration's coupons and discount; safe to repeat. Only in demo mode."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("This is for the demonstration (DEMO=1). Make coupons in the admin.")
        coupons, books = demo.fill(now=timezone.now())
        self.stdout.write(f"{coupons} coupons, {books} books are cheaper.")
