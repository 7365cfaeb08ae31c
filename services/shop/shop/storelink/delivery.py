"""From the outbox to the store: at least once on the way, exactly once in effect."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction

from shop.clock import Clock
from shop.orders.states import State
from shop.outbox.models import OutboxMessage, Topic
from shop.storelink import inbox
from store_client import HoldAnswer, OrderAnswer, Problem, StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=12)  # well before a task's soft limit, the longest single exchange included
ENOUGH_FAILURES = 3
OUT_OF_STOCK, INVALID, CANCELLED = "out-of-stock", "invalid", "order-cancelled"
TOO_LATE, HOLD_USED = "too-late", "hold-used"


@dataclass
class Delivery:
    """What one run came to."""

    sent: int = 0
    refused: int = 0
    postponed: int = 0

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.refused} refused, {self.postponed} to be tried again"


def send_orders(store: StoreClient, clock: Clock, *, run_for: timedelta = RUN_FOR) -> Delivery:
    """This function will hand every due order to the store. No transaction is open while we talk to it.

    It ends early when the store cannot be reached three times in a row; the rows stay and the next run takes them up.
    """
    done, failures, ends = Delivery(), 0, clock() + run_for
    while failures < ENOUGH_FAILURES and clock() < ends and (message := OutboxMessage.claim_next(now=clock())):
        try:
            answer = _say(store, message)
        except StoreUnavailable as error:
            failures += 1
            done.postponed += 1
            log.warning("Message %s waits, attempt %s: %s", message, message.attempts, error)
            message.retry_later(error=str(error), now=clock())
            continue
        except StoreRefused as error:
            done.refused += 1
            log.warning("The store refused message %s: %s", message, error)
            _settle(message, partial(REFUSED[message.topic], message, error.problem, clock))
        else:
            done.sent += 1
            _settle(message, partial(_accepted, message, answer, clock))
        failures = 0
    return done


def _say(store: StoreClient, message: OutboxMessage) -> OrderAnswer | HoldAnswer:
    if message.topic == Topic.ORDER_CANCEL:
        return store.cancel_order(message.key, message.body["reason"])
    if message.topic == Topic.HOLD_RELEASE:
        return store.release_hold(message.key)
    return store.put_order(message.key, message.body)


def _settle(message: OutboxMessage, outcome: Callable[[], None]) -> None:
    """One order whose outcome cannot be written must not hold up all the others; it is asked for again."""
    try:
        outcome()
    except Exception:
        log.exception(
            "The outcome of message %s could not be written; its lease runs out and it is sent again", message
        )


def _accepted(message: OutboxMessage, answer: OrderAnswer | HoldAnswer, clock: Clock) -> None:
    with transaction.atomic(durable=True):
        message.mark_sent(now=clock())
        if isinstance(answer, OrderAnswer):
            inbox.apply_events(answer.events, now=clock())
        if message.topic == Topic.ORDER_CANCEL:
            # A tombstone has no events: the store had never heard of the order, and never will.
            inbox.end_unheard(message.key, State.CANCELLED, reason=message.body["reason"], now=clock())


def _order_refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
    """A shortage is the store's ordinary answer. Everything else stays in sight, since a person should know why."""
    with transaction.atomic(durable=True):
        if problem.slug == OUT_OF_STOCK:
            message.mark_sent(now=clock())
        else:
            message.refuse(error=problem.sentence, now=clock())
        inbox.apply_events(problem.events, now=clock())
        if problem.slug in (OUT_OF_STOCK, INVALID):
            inbox.end_unheard(message.key, State.REJECTED, reason=problem.reason, now=clock())
        elif problem.slug == CANCELLED:
            inbox.end_unheard(message.key, State.CANCELLED, reason=problem.reason, now=clock())


def _cancel_refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
    """Too late is an ordinary answer; the order goes on, and its customer hears why."""
    with transaction.atomic(durable=True):
        if problem.slug == TOO_LATE:
            message.mark_sent(now=clock())
        else:
            message.refuse(error=problem.sentence, now=clock())
        inbox.apply_events(problem.events, now=clock())
        inbox.cancel_refused(message.key, reason=problem.reason, now=clock())


def _release_refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
    """The order came and has the copies: there is nothing to release."""
    if problem.slug == HOLD_USED:
        message.mark_sent(now=clock())
    else:
        message.refuse(error=problem.sentence, now=clock())


REFUSED = {
    Topic.ORDER_PLACED: _order_refused,
    Topic.ORDER_CANCEL: _cancel_refused,
    Topic.HOLD_RELEASE: _release_refused,
}
