"""Taking payments: opening a try, hearing what came of it, deciding what the money is for."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from shop.bell import ring_after_commit
from shop.live.hint import tell_after_commit
from shop.orders import holding, paying
from shop.orders.models import Order
from shop.orders.states import State as OrderState
from shop.payments import closing, queries
from shop.payments.gateways import NoSuchGateway, gateway
from shop.payments.gateways.base import Charge, Gateway, NotBelieved, Notice, Report, Standing, Started
from shop.payments.models import OPEN, WITH_THE_CUSTOMER, Payment, PaymentNotice
from shop.payments.returning import return_differing, return_unheld, return_unneeded, settled
from shop.payments.states import State
from worker_bell import Topic as Wake

log = logging.getLogger(__name__)

FIRST_ASK = timedelta(seconds=30)
STUCK_AFTER = timedelta(hours=1)
PAYABLE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.EXPIRED})


class NotPayable(Exception):
    """The order is paid, over, or its time to pay has passed; the text is for the customer."""


def start(order: Order, gateway_name: str, *, now: datetime, back: Callable[[UUID], str]) -> str:
    """This function will open a try to pay at a gateway and return the address where the customer pays.

    An open try at the same gateway is gone on with, so that two tabs do not pay twice.

    :param back: makes the address where the gateway sends the customer afterwards, from the key of the payment.
    :raises NotPayable, NoSuchGateway, GatewayUnavailable, GatewayRefused:
    """
    chosen = gateway(gateway_name)
    if not chosen.serves(order.currency):
        raise NoSuchGateway(f"{gateway_name} for {order.currency}")
    if order.is_payable(now) and not chosen.days and (not order.held or queries.waits_for_days(order)):
        _confirm(order)
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order.pk)
        if not order.is_payable(now):
            raise NotPayable(f"Order {order.reference} cannot be paid any more.")
        going_on = order.payments.filter(gateway=chosen.name, state__in=WITH_THE_CUSTOMER)
        payment = going_on.order_by("-created_at").first() or Payment.objects.create(
            order=order, gateway=chosen.name, amount=order.total, currency=order.currency, created_at=now
        )
        if (until := _pay_until(order, payment, chosen, now=now)) != order.pay_until:
            order.pay_until = until
            order.save(update_fields=["pay_until"])
    started = _open(chosen, payment, order, back(payment.key), known=payment.reference)
    with transaction.atomic(durable=True):
        _, payment = _locked(payment.key)
        if payment.state == State.CREATED:
            payment.move_to(State.PENDING, at=now).save(force_insert=True)
            payment.reference, payment.ask_at = started.reference, None if chosen.days else now + FIRST_ASK
            payment.save(update_fields=["state", "reference", "ask_at"])
            chosen.tell_started(payment, now=now)
            tell_after_commit()
    if payment.reference != started.reference:  # another tab was faster: there is one try, and its reference is known
        started = _open(chosen, payment, order, back(payment.key), known=payment.reference)
    return started.url


def _open(chosen: Gateway, payment: Payment, order: Order, back: str, *, known: str) -> Started:
    return chosen.start(
        payment.key,
        amount=payment.amount,
        currency=payment.currency,
        about=str(order),
        ends=order.pay_until,
        back=back,
        known=known,
    )


def _pay_until(order: Order, payment: Payment, chosen: Gateway, *, now: datetime) -> datetime:
    """Days for money that takes days, counted from its start; who then pays at once has the time of the held copies."""
    if chosen.days:
        return payment.created_at + timedelta(days=chosen.days)
    return min(order.pay_until, now + timedelta(seconds=settings.PAYMENT_WINDOW_S))


def _confirm(order: Order) -> None:
    """Ask the store once more for the copies of an order that it does not hold, before any money is taken for them.

    :raises NotPayable: if they are not there. A store that is still away does not stop the sale.
    """
    waiting = Order.objects.filter(pk=order.pk, state=OrderState.AWAITING_PAYMENT)
    try:
        holding.hold_again(order)
    except holding.CannotAsk as error:
        log.warning("%s is paid before the store has confirmed it: %s", order, error)
        waiting.update(held=False)
    except holding.NotHeld as error:
        told = f"The warehouse does not have all the copies ({error}). Nothing was charged; please cancel the order."
        raise NotPayable(told) from error
    else:
        waiting.update(held=True)


def hear_notice(gateway_name: str, headers: dict[str, str], body: bytes, *, now: datetime) -> bool:
    """This function will take a notice that a gateway sent by itself; False if it was heard before, or is no news.

    :raises NoSuchGateway, NotBelieved, GatewayUnavailable, GatewayRefused:
    :raises Payment.DoesNotExist: it names no payment that was opened at this gateway.
    """
    notice = gateway(gateway_name).read_notice(headers, body, now=now)
    if notice is None:
        return False
    payment = Payment.objects.get(pk=notice.payment, gateway=gateway_name)
    if notice.reference and payment.reference not in ("", notice.reference):
        raise NotBelieved(f"The notice names {notice.reference}, but the payment is {payment.reference}.")
    return hear(notice.payment, notice.report, now=now, notice=notice)


def hear(key: UUID, report: Report, *, now: datetime, notice: Notice | None = None) -> bool:
    """This function will take in what a gateway says of a payment, by a notice or because it was asked.

    Within the time to pay, the capture, the placed order, its message to the store and its letter are one transaction.
    Money that comes too late is written down first, in a transaction of its own, and then decided upon.

    :returns: False if this very notice was heard before.
    """
    with transaction.atomic(durable=True):
        order, payment = _locked(key)
        if notice and not _is_new(payment, notice, now=now):
            return False
        taken = [_take(order, payment, charge, now=now) for charge in report.charges]
        if not report.charges:
            _stand(payment, report, now=now)
        tell_after_commit()
    for late in taken:
        if late and not late.settled_at:
            settle(late.key, now=now)
    return True


def settle(key: UUID, *, now: datetime) -> bool:
    """This function will decide what money is for that came after its time: the order, if its copies can be held again.

    :returns: False if the store could not be asked; the worker tries again.
    """
    order = Order.objects.get(payments=key)
    is_held, why_not = False, ""
    if order.state in PAYABLE:
        try:
            holding.hold_again(order)
            is_held = True
        except holding.CannotAsk as error:
            log.warning("Late money for %s waits: %s", order, error)
            _show_if_stuck(order, key, now=now)
            return False
        except holding.NotHeld as error:
            why_not = str(error)
    with transaction.atomic(durable=True):
        order, payment = _locked(key)
        if payment.settled_at or payment.state != State.CAPTURED:
            return True
        if is_held and order.state in PAYABLE:
            order.held = True
            _place(order, payment, now=now)
        else:
            _return(order, payment, why_not, now=now)
            if is_held and order.state == OrderState.CANCELLED:
                paying.release_hold(order, now=now)
    return True


def _show_if_stuck(order: Order, key: UUID, *, now: datetime) -> None:
    """Money that has waited for long for the store's word is shown to a person."""
    if Payment.objects.filter(pk=key, captured_at__lte=now - STUCK_AFTER).exists():
        told = "Money waits: the store cannot be asked whether the copies are there."
        Order.objects.filter(pk=order.pk, attention="").update(attention=told)


def _locked(key: UUID) -> tuple[Order, Payment]:
    """The order first, then the payment: everybody locks in this order."""
    order = Order.objects.select_for_update(of=["self"]).filter(payments=key).first()
    if order is None:
        raise Payment.DoesNotExist(f"There is no payment {key}.")
    return order, Payment.objects.select_for_update().get(pk=key)


def _is_new(payment: Payment, notice: Notice, *, now: datetime) -> bool:
    """The unique number of the notice decides; the order is locked, so the same notice cannot be half heard."""
    known = PaymentNotice.objects.filter(gateway=payment.gateway, notice_id=notice.id)
    if known.exists():
        return False
    PaymentNotice.objects.create(
        gateway=payment.gateway, notice_id=notice.id, payment=payment, body=notice.body, heard_at=now
    )
    return True


def _take(order: Order, payment: Payment, charge: Charge, *, now: datetime) -> Payment | None:
    """Write down a charge, and what it is for if that can be said at once; None if it is known already."""
    if Payment.objects.filter(gateway=payment.gateway, charge=charge.id).exists():
        return None
    if payment.charge:
        log.warning("A second charge %s on the payment %s", charge.id, payment.key)
        payment = Payment.objects.create(
            order=order,
            gateway=payment.gateway,
            state=State.PENDING,
            amount=payment.amount,
            currency=payment.currency,
            created_at=now,
        )
    payment.move_to(State.CAPTURED, at=now, reason=charge.note).save(force_insert=True)
    payment.charge, payment.captured, payment.captured_currency = charge.id, charge.amount, charge.currency
    payment.captured_at = now
    payment.save()
    if not payment.is_as_asked:
        return_differing(order, payment, now=now)
    elif order.state not in PAYABLE:
        return_unneeded(order, payment, now=now)
    elif order.is_payable(now) and not (payment.is_patient or queries.waits_for_days(order)):
        _place(order, payment, now=now)  # its copies are held, or it was sold without asking
    return payment


def _stand(payment: Payment, report: Report, *, now: datetime) -> None:
    """A report without money. What is no news, or older than what we know, changes nothing."""
    target = {
        Standing.AUTHORISED: State.AUTHORISED,
        Standing.DECLINED: State.FAILED,
        Standing.CLOSED: State.CANCELLED,
    }.get(report.standing)
    if target and payment.state in OPEN - {target}:
        payment.move_to(target, at=now, reason=report.reason).save(force_insert=True)
        if target == State.AUTHORISED:  # whoever told it, the worker takes the money at once
            payment.ask_at = now
            ring_after_commit(Wake.PAYMENTS)
        payment.save(update_fields=["state", "ask_at"])


def _place(order: Order, payment: Payment, *, now: datetime) -> None:
    paying.place_paid(order, now=now)
    settled(payment, now=now)
    closing.close_open(order, State.CANCELLED, now=now, but=payment)


def _return(order: Order, payment: Payment, why_not: str, *, now: datetime) -> None:
    if order.state in PAYABLE:
        return_unheld(order, payment, why_not, now=now)
    else:  # a rival payment, or a cancel, came between
        return_unneeded(order, payment, now=now)
