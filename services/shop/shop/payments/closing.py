"""Ending the tries to pay an order that is no longer to be paid."""

from datetime import datetime

from shop.orders.models import Order
from shop.payments.models import OPEN, Payment
from shop.payments.states import State


def close_open(order: Order, state: State, *, now: datetime, but: Payment | None = None) -> None:
    """Step: end what is open of a locked order. Money that comes all the same is dealt with when it comes."""
    for payment in order.payments.filter(state__in=OPEN).exclude(pk=but and but.pk).select_for_update():
        payment.move_to(state, at=now).save(force_insert=True)
        payment.save(update_fields=["state"])
