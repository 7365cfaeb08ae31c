"""Money that people see on a bank statement: booked once, by the statement's own reference."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError

from shop.payments import operations
from shop.payments.gateways.base import Charge, Report, Standing
from shop.payments.models import Payment


class AlreadyBooked(Exception):
    """This line of the statement was booked before; the text says for what."""


def book_transfer(payment: Payment, *, amount: Decimal, currency: str, reference: str, now: datetime) -> Payment:
    """This function will take in money that came by bank transfer, whatever the amount, and return its payment.

    The full amount places the order, if its copies can be held; another amount, or money that comes too late, is to go
    back. A second sum for the same order has a payment of its own.

    :param reference: what the statement calls the sum; nothing is booked twice under it.
    :raises AlreadyBooked:
    """
    booked = Payment.objects.filter(gateway=payment.gateway, charge=reference)
    if before := booked.select_related("order").first():
        raise AlreadyBooked(f"{reference} was booked before, for {before.order}.")
    charge = Charge(reference, amount, currency)
    try:
        operations.hear(payment.key, Report(Standing.OPEN, (charge,)), now=now)
    except IntegrityError:  # somebody books it for another order at this moment
        raise AlreadyBooked(f"{reference} was booked before.") from None
    mine = booked.select_related("order").get()
    if mine.order_id != payment.order_id:  # somebody was a moment faster, and it was taken for known
        raise AlreadyBooked(f"{reference} was booked before, for {mine.order}.")
    return mine


def what_came_of_it(payment: Payment) -> str:
    """This function will say in one sentence what became of money that was booked."""
    if payment.settled_at is None:
        return f"The warehouse cannot be asked for the copies of {payment.order} now; it is asked again by itself."
    if payment.refunded:
        return f"It is to be given back: {payment.refunds.latest('id').reason}"
    return f"{payment.order} is placed."
