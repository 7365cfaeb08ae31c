"""What the schedule does for payments. Every deadline holds without it: it only finds what was lost and tidies up."""

import logging
from datetime import datetime, timedelta

from shop.clock import Clock
from shop.orders import paying
from shop.payments import operations
from shop.payments.gateways import NoSuchGateway, gateway, gateways
from shop.payments.gateways.base import Gateway, GatewayRefused, GatewayUnavailable, Standing
from shop.payments.models import Payment
from shop.payments.states import State

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=12)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
ASK_FOR = timedelta(days=2)  # how long after its start a try that was not paid is still asked for


def tidy(clock: Clock, *, run_for: timedelta = RUN_FOR) -> str:
    """This function will ask for lost notices, settle late money, and expire orders that were not paid in time."""
    ends = clock() + run_for
    for one in gateways().values():
        _tend(one, now=clock())
    asked = ask_due(clock, ends=ends)
    settled = settle_due(clock, ends=ends)
    expired = 0
    while clock() < ends and paying.expire_next(now=clock()):
        expired += 1
    return f"{asked} asked for, {settled} settled, {expired} expired"


def _tend(one: Gateway, *, now: datetime) -> None:
    """A gateway in trouble must not keep the others, or the deadlines, waiting."""
    try:
        one.tend(now=now)
    except Exception:
        log.exception("The gateway %s could not be tended", one.name)


def ask_due(clock: Clock, *, ends: datetime) -> int:
    """This function will ask the gateways for payments that nothing was heard of for a while."""
    asked = 0
    while clock() < ends and (payment := _claim(now=clock())):
        asked += 1
        try:
            look(payment, now=clock())
        except (GatewayUnavailable, GatewayRefused, NoSuchGateway) as error:
            log.warning("Payment %s could not be asked for: %r", payment.key, error)
    return asked


def look(payment: Payment, *, now: datetime) -> None:
    """This function will ask the gateway for one payment and take in what it says.

    An authorised payment is taken if its order can still be placed, and let go otherwise: take the money last. One that
    was declined or given up is never taken after all: its customer was told so, and may be paying in another way.

    :raises NoSuchGateway, GatewayUnavailable, GatewayRefused:
    """
    if not payment.reference:
        return
    bank = gateway(payment.gateway)
    asked = {"amount": payment.amount, "currency": payment.currency}
    report = bank.ask(payment.reference, **asked, now=now)
    Payment.objects.filter(pk=payment.pk).update(asked_at=now)
    if report.standing == Standing.AUTHORISED and not report.charges:
        operations.hear(payment.key, report, now=now)
        payment.refresh_from_db()
        if payment.state == State.AUTHORISED and payment.order.is_payable(now):
            report = bank.capture(payment.reference, **asked, now=now)
        else:
            report = bank.let_go(payment.reference, now=now)
    operations.hear(payment.key, report, now=now)


def settle_due(clock: Clock, *, ends: datetime) -> int:
    """This function will decide upon money that was taken and whose purpose a crash, or a store away, left open."""
    settled = 0
    for key in Payment.objects.filter(state=State.CAPTURED, settled_at=None).values_list("key", flat=True)[:100]:
        if clock() >= ends:
            break
        settled += operations.settle(key, now=clock())
    return settled


def _claim(*, now: datetime) -> Payment | None:
    """The next payment to ask for, already put off to its next time: whoever moves the time first has the turn."""
    due = Payment.objects.filter(ask_at__lte=now).select_related("order").order_by("ask_at").first()
    while due:
        age = now - due.created_at
        again = now + min(max(age / 4, SHORTEST_PAUSE), LONGEST_PAUSE)
        if due.order.is_payable(now):
            again = min(again, due.order.pay_until)  # so that no order expires unasked
        is_final = due.state == State.CAPTURED or age > ASK_FOR
        mine = Payment.objects.filter(pk=due.pk, ask_at=due.ask_at).update(ask_at=None if is_final else again)
        if mine and not is_final:
            return due
        due = Payment.objects.filter(ask_at__lte=now).select_related("order").order_by("ask_at").first()
    return None
