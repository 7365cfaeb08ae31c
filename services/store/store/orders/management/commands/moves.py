"""Print the tables of the store's moves as JSON, for scripts/lifecycle."""

import json

from django.core.management.base import BaseCommand

from store.holds.models import HOLD_TABLE, HoldState
from store.moves import Machine
from store.orders.models import ORDER_TABLE, OrderState
from store.orders.parcels import PARCEL_TABLE, ParcelState
from store.returns.models import RETURN_TABLE, ReturnState
from store.stock.models import COPY_TABLE, CopyState

MACHINES = (
    Machine("store-order", "Order in the store", OrderState, ORDER_TABLE),
    Machine("parcel", "Parcel", ParcelState, PARCEL_TABLE),
    Machine("hold", "Hold", HoldState, HOLD_TABLE),
    Machine("return", "Return", ReturnState, RETURN_TABLE),
    Machine("copy", "Copy", CopyState, COPY_TABLE),
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        self.stdout.write(json.dumps([machine.as_told() for machine in MACHINES]))
