from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.storelink.delivery import send_orders
from shop.storelink.statuses import sync_order_statuses
from shop.storelink.store import open_store


class Command(BaseCommand):
    help = "Hand waiting orders to the store, then read what it has told of orders since the last time, to the end."

    def handle(self, *args, **options):
        with open_store() as store:
            self.stdout.write(f"to the store: {send_orders(store, timezone.now)}")
            run = sync_order_statuses(store, timezone.now)
        self.stdout.write(str(run))
        if run.error:
            raise CommandError(run.error)
