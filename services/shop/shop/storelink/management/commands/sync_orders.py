from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.storelink.delivery import send_orders
from shop.storelink.statuses import sync_order_statuses, sync_returns
from shop.storelink.store import open_store


class Command(BaseCommand):
    help = "Hand waiting orders to the store, then read what it has told of orders and returns since the last time."

    def handle(self, *args, **options):
        with open_store() as store:
            self.stdout.write(f"to the store: {send_orders(store, timezone.now)}")
            runs = [sync(store, timezone.now) for sync in (sync_order_statuses, sync_returns)]
        self.stdout.write("\n".join(map(str, runs)))
        if errors := [run.error for run in runs if run.error]:
            raise CommandError(" ".join(errors))
