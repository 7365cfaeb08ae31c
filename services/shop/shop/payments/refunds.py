"""Giving money back: written with the event that is its reason, sent afterwards."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum

from shop.bell import ring_after_commit
from shop.clock import Clock
from shop.live.hint import tell_after_commit
from shop.notifications.models import Mail
from shop.notifications.operations import compose, write_all
from shop.orders.models import Order, OrderLine
from shop.orders.states import State as OrderState
from shop.pages.wording import money
from shop.payments.gateways import NoSuchGateway, gateway
from shop.payments.gateways.base import ByHand, GatewayRefused, GatewayUnavailable
from shop.payments.models import Payment, Refund
from shop.payments.states import State
from worker_bell import Topic as Wake

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=12)
ENOUGH_FAILURES = 3
STILL_AT_IT = timedelta(hours=1)
REFUSED = "A refund was refused by the gateway."
BY_HAND = "A refund has to be given back by hand."
OF_A_RETURN = r":r[0-9a-f]{12}-[0-9]+$"  # see shop.returns.money.cause_of
NOTHING_OWED = frozenset({OrderState.REJECTED, OrderState.FAILED, OrderState.CANCELLED})


class MoreThanCaptured(Exception):
    """A refund that would give back more than was taken; nothing was written."""


def give_back(payment: Payment, amount: Decimal, *, cause: str, reason: str, now: datetime) -> Refund:
    """Step: write a refund, inside the transaction of its reason.

    :param cause: a word that makes the refund unique among those of the payment, such as "late" or "s3".
    :raises MoreThanCaptured: decided by the database, whoever else gives back at the same moment.
    """
    fits = Payment.objects.filter(pk=payment.pk, refunded__lte=F("captured") - amount)
    if not fits.update(refunded=F("refunded") + amount):
        raise MoreThanCaptured(f"{amount} is more than is left of the payment {payment.key}.")
    payment.refresh_from_db(fields=["refunded"])
    ring_after_commit(Wake.REFUNDS)
    tell_after_commit()
    return Refund.objects.create(
        key=f"refund:{payment.key}:{cause}",
        payment=payment,
        amount=amount,
        reason=reason[:500],
        next_at=now,
        created_at=now,
    )


def give_back_unowed(order: Order, lines: list[OrderLine], *, reason: str, now: datetime) -> Refund | None:
    """Step: give back what a locked order has paid beyond what is still owed to the customer; None if nothing is.

    The caller tells the customer, in the letter on the refund or in the one on its cause.
    """
    kept = order.payments.filter(state=State.CAPTURED, settled_at__isnull=False, captured__gt=F("refunded"))
    payment = kept.order_by("captured_at").select_for_update().first()
    if payment is None:
        return None
    # What went back for returned copies was owed once: it is not owed a second time.
    amount = min(payment.kept + given_back_for_returns(payment) - owed(order, lines), payment.kept)
    if amount <= 0:
        return None
    return give_back(payment, amount, cause=f"v{order.version}-{order.store_version}", reason=reason, now=now)


def given_back_for_returns(payment: Payment) -> Decimal:
    sums = payment.refunds.filter(key__regex=OF_A_RETURN).aggregate(sum=Sum("amount"))
    return sums["sum"] or Decimal("0.00")


def tell(refund: Refund, order: Order, *, now: datetime) -> None:
    """Step: write the letter that tells of a refund, why, and how much."""
    write_all([letter(refund, order, now=now)])


def letter(refund: Refund, order: Order, *, now: datetime) -> Mail:
    """This function will render the letter on a refund; the caller saves it with the refund."""
    context = {
        "order": order,
        "reason": refund.reason,
        "amount": money(refund.amount, refund.payment.captured_currency),
        "is_over": order.state in NOTHING_OWED | {OrderState.EXPIRED},
        "url": order.signed_url,
    }
    return compose(
        event=refund.key,
        kind="payment_returned",
        key=str(order.number),
        to=order.email,
        template="payment_returned",
        context=context,
        now=now,
    )


def owed(order: Order, lines: list[OrderLine]) -> Decimal:
    """The price of what was sent to the customer, or is still going to be, with its delivery."""
    if order.state in NOTHING_OWED:
        return Decimal("0.00")
    is_sent = order.state == OrderState.SHIPPED
    return order.price_of({line: line.shipped if is_sent else max(line.quantity - line.short, 0) for line in lines})


@dataclass
class Sent:
    """What one run came to."""

    done: int = 0
    refused: int = 0
    postponed: int = 0

    def __str__(self) -> str:
        return f"{self.done} given back, {self.refused} refused, {self.postponed} to be tried again"


def send_refunds(clock: Clock, *, run_for: timedelta = RUN_FOR) -> Sent:
    """This function will send every refund that is due. No transaction is open while we talk to a gateway."""
    sent, failures, ends = Sent(), 0, clock() + run_for
    while failures < ENOUGH_FAILURES and clock() < ends and (refund := Refund.claim_next(now=clock())):
        try:
            is_done = _send(refund, now=clock())
        except GatewayUnavailable as error:
            failures += 1
            sent.postponed += 1
            log.warning("Refund %s waits, attempt %s: %s", refund.key, refund.attempts, error)
            refund.retry_later(error=str(error), now=clock())
            continue
        except (GatewayRefused, NoSuchGateway) as error:
            sent.refused += 1
            _refused(refund, error, now=clock())
        else:
            sent.done += is_done
            sent.postponed += not is_done
            if is_done:
                refund.mark_sent(now=clock())
                tell_after_commit()
            else:
                refund.retry_later(error="The gateway is still at it.", now=clock(), pause=STILL_AT_IT)
        failures = 0
    return sent


def _send(refund: Refund, *, now: datetime) -> bool:
    payment = Payment.objects.get(pk=refund.payment_id)
    return gateway(payment.gateway).refund(
        payment.charge, key=refund.key, amount=refund.amount, currency=payment.captured_currency, now=now
    )


def _refused(refund: Refund, error: Exception, *, now: datetime) -> None:
    log.warning("Refund %s was refused: %s", refund.key, error)
    if refund.refuse(error=str(error) or type(error).__name__, now=now):
        told = BY_HAND if isinstance(error, ByHand) else REFUSED
        Order.objects.filter(payments=refund.payment_id).update(attention=told)


def given_back_by_hand(refund: Refund, *, reference: str, now: datetime) -> bool:
    """This function will close a refund that a person has made; False if it needs no person, or has had one.

    :param reference: where the person has written it down, such as a line of a bank statement.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(of=["self"]).get(payments=refund.payment_id)
        refused = Refund.objects.filter(payment__order=order, state=Refund.State.REFUSED)
        if not refused.filter(pk=refund.pk).update(state=Refund.State.SENT, reference=reference, done_at=now):
            return False
        if order.attention in (BY_HAND, REFUSED) and not refused.exists():
            order.attention = ""
            order.save(update_fields=["attention"])
        tell_after_commit()
    return True
