"""Print the tables of the shop's moves as JSON, for scripts/lifecycle."""

import json

from django.core.management.base import BaseCommand

from shop.moves import Machine
from shop.orders import letters, states
from shop.payments import states as payments

RETURNED = "payment_returned, unless the letter on the order's own move names the money"
MACHINES = (
    Machine(
        "order",
        "Order in the shop",
        states.State,
        states.TABLE,
        letter=lambda move: letters.kind_of(move.source, move.target),
    ),
    Machine("payment", "Payment", payments.State, payments.TABLE),
    Machine(
        "refund",
        "Refund",
        payments.RefundState,
        payments.REFUND_TABLE,
        letter=lambda move: "" if move.source else RETURNED,
    ),
)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args, **options) -> None:
        self.stdout.write(json.dumps([machine.as_told() for machine in MACHINES]))
