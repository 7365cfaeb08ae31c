"""Payments that nobody has heard the end of, or whose purpose is still open."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min

from shop.orders.models import Order
from shop.orders.states import State as OrderState
from shop.pages.wording import counted
from shop.payments.models import Payment
from shop.payments.states import State
from shop.upkeep.stream import Level, Stream, age, is_late, late_after, number

TODO = (
    "See whether the worker runs, and whether store and payment gateway can be reached: the schedule asks for lost "
    "notices, decides on late money and ends orders that were not paid."
)


def payments(*, now: datetime) -> Iterator[Stream]:
    long_ago = now - late_after(settings.SYNC_WAITING_LATE_S)
    unsettled = Payment.objects.filter(state=State.CAPTURED, settled_at=None)
    money = unsettled.aggregate(n=Count("pk"), oldest=Min("captured_at"))
    unasked = Payment.objects.filter(ask_at__lt=long_ago).count()
    unpaid = Order.objects.filter(state=OrderState.AWAITING_PAYMENT, pay_until__lt=long_ago).count()
    figures = [
        number("taken, purpose open", money["n"]),
        age("oldest", money["oldest"], now=now),
        number("notices overdue", unasked),
        number("unpaid orders past their time", unpaid),
    ]
    troubles = [
        (is_late(money["oldest"], now=now), f"{counted(money['n'], 'payment')} taken and not yet decided upon."),
        (unasked, f"{counted(unasked, 'payment')} should have been asked for at the gateway and was not."),
        (unpaid, f"{counted(unpaid, 'order')} not paid in time should have expired and has not."),
    ]
    told = " ".join(sentence for is_so, sentence in troubles if is_so)
    if told:
        yield Stream("payments", "Payments", Level.PERSON, told, TODO, figures)
    elif money["n"]:
        told = f"{counted(money['n'], 'late payment')} being decided upon."
        yield Stream("payments", "Payments", Level.WAITS, told, "", figures)
    else:
        yield Stream("payments", "Payments", Level.FINE, "All money that came is accounted for.", "", figures)
