"""From the outbox to the store: at least once on the way, exactly once in effect."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import transaction

from shop.clock import Clock
from shop.orders.states import State
from shop.outbox.models import OutboxMessage
from shop.storelink import inbox
from store_client import OrderAnswer, Problem, StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=12)  # well before a task's soft limit, the longest single exchange included
ENOUGH_FAILURES = 3
OUT_OF_STOCK, INVALID, CANCELLED = "out-of-stock", "invalid", "order-cancelled"


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
            answer = store.put_order(message.key, message.body)
        except StoreUnavailable as error:
            failures += 1
            done.postponed += 1
            log.warning("Order %s waits, attempt %s: %s", message.key, message.attempts, error)
            message.retry_later(error=str(error), now=clock())
            continue
        except StoreRefused as error:
            done.refused += 1
            log.warning("The store refused order %s: %s", message.key, error)
            _settle(message, partial(_refused, message, error.problem, clock))
        else:
            done.sent += 1
            _settle(message, partial(_accepted, message, answer, clock))
        failures = 0
    return done


def _settle(message: OutboxMessage, outcome: Callable[[], None]) -> None:
    """One order whose outcome cannot be written must not hold up all the others; it is asked for again."""
    try:
        outcome()
    except Exception:
        log.exception(
            "The outcome of order %s could not be written; its lease runs out and it is sent again", message.key
        )


def _accepted(message: OutboxMessage, answer: OrderAnswer, clock: Clock) -> None:
    with transaction.atomic(durable=True):
        message.mark_sent(now=clock())
        inbox.apply_events(answer.events, now=clock())


def _refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
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
