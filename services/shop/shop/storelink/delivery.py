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
from shop.returns import hearing as returns
from shop.storelink import inbox
from store_client import HoldAnswer, OrderAnswer, Problem, ReturnAnswer, StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=12)  # well before a task's soft limit, the longest single exchange included
ENOUGH_FAILURES = 3
TOGETHER = 25  # orders in one exchange: the store answers well within the client's patience, and takes no lock for long
OUT_OF_STOCK, INVALID, CANCELLED = "out-of-stock", "invalid", "order-cancelled"
TOO_LATE, HOLD_USED = "too-late", "hold-used"

NOT_SENT, TOO_MANY = "not-sent", "too-many"

Answer = OrderAnswer | HoldAnswer | ReturnAnswer | StoreRefused | StoreUnavailable


@dataclass
class Delivery:
    """What one run came to. `unfinished` says that time ran out; what is left is due at once."""

    sent: int = 0
    refused: int = 0
    postponed: int = 0
    unfinished: bool = False

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.refused} refused, {self.postponed} to be tried again"


def send_orders(store: StoreClient, clock: Clock, *, run_for: timedelta = RUN_FOR) -> Delivery:
    """This function will hand every due order to the store. No transaction is open while we talk to it.

    It ends early when the store cannot be reached three times in a row; the rows stay and the next run takes them up.
    What the store has just answered tells that it is there, so orders nobody has tried yet follow together. Whatever
    was tried before goes by itself: should an order be the reason why its company failed, it fails alone from then on.
    """
    done, failures, ends = Delivery(), 0, clock() + run_for
    while failures < ENOUGH_FAILURES and (message := OutboxMessage.claim_next(now=clock())):
        failures = 0 if _deliver([message], [_say(store, message)], done, clock) else failures + 1
        if not failures and (others := _others(clock)):
            failures = 0 if _deliver(others, _say_together(store, others), done, clock) else 1
        if clock() >= ends:
            done.unfinished = not failures
            break
    return done


def _others(clock: Clock) -> list[OutboxMessage]:
    return OutboxMessage.claim_first_tries(topic=Topic.ORDER_PLACED, at_most=TOGETHER, now=clock())


def _say(store: StoreClient, message: OutboxMessage) -> Answer:
    try:
        if message.topic == Topic.ORDER_CANCEL:
            return store.cancel_order(message.key, message.body["reason"])
        if message.topic == Topic.HOLD_RELEASE:
            return store.release_hold(message.key)
        if message.topic == Topic.RETURN_ASKED:
            return store.put_return(message.key, message.body)
        return store.put_order(message.key, message.body)
    except (StoreUnavailable, StoreRefused) as error:
        return error


def _say_together(store: StoreClient, messages: list[OutboxMessage]) -> list[Answer]:
    if len(messages) == 1:
        return [_say(store, messages[0])]
    try:
        outcomes = store.put_orders({message.key: message.body for message in messages})
    except StoreUnavailable as error:
        return [error] * len(messages)
    except StoreRefused as error:  # the exchange, not an order: a store of an earlier version knows no batches
        log.warning("The store takes no orders together; each is sent by itself: %s", error)
        return [StoreUnavailable(str(error))] * len(messages)
    return [outcomes[message.key] for message in messages]


def _deliver(messages: list[OutboxMessage], answers: list[Answer], done: Delivery, clock: Clock) -> bool:
    """Write down what became of each message; False if the store could not be asked about any."""
    accepted = []
    for message, answer in zip(messages, answers):
        if isinstance(answer, StoreUnavailable):
            done.postponed += 1
            log.warning("Message %s waits, attempt %s: %s", message, message.attempts, answer)
            message.retry_later(error=str(answer), now=clock())
        elif isinstance(answer, StoreRefused):
            done.refused += 1
            log.warning("The store refused message %s: %s", message, answer)
            _settle(message, partial(REFUSED[message.topic], message, answer.problem, clock))
        else:
            done.sent += 1
            accepted.append((message, answer))
    _settle_accepted(accepted, clock)
    return not all(isinstance(answer, StoreUnavailable) for answer in answers)


def _settle_accepted(
    accepted: list[tuple[OutboxMessage, OrderAnswer | HoldAnswer | ReturnAnswer]], clock: Clock
) -> None:
    """Those of one exchange together; if that fails because of one of them, each by itself."""
    if len(accepted) > 1:
        try:
            _all_accepted(accepted, clock)
            return
        except Exception:
            log.exception("%s outcomes cannot be written together; each is written by itself", len(accepted))
    for message, answer in accepted:
        _settle(message, partial(_accepted, message, answer, clock))


def _all_accepted(accepted: list[tuple[OutboxMessage, OrderAnswer]], clock: Clock) -> None:
    """All of them are orders that were placed: nothing else goes together."""
    with transaction.atomic(durable=True):
        OutboxMessage.mark_all_sent([message for message, _ in accepted], now=clock())
        inbox.apply_events([event for _, answer in accepted for event in answer.events], now=clock())


def _settle(message: OutboxMessage, outcome: Callable[[], None]) -> None:
    """One order whose outcome cannot be written must not hold up all the others; it is asked for again."""
    try:
        outcome()
    except Exception:
        log.exception(
            "The outcome of message %s could not be written; its lease runs out and it is sent again", message
        )


def _accepted(message: OutboxMessage, answer: OrderAnswer | HoldAnswer | ReturnAnswer, clock: Clock) -> None:
    with transaction.atomic(durable=True):
        message.mark_sent(now=clock())
        if isinstance(answer, OrderAnswer):
            inbox.apply_events(answer.events, now=clock())
        if isinstance(answer, ReturnAnswer):
            returns.apply_events(answer.events, now=clock())
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
    """Too late is an ordinary answer; the order goes on, and its customer hears why.

    Who lost the claim has the answer to a question that is settled. The customer may have asked again since.
    """
    with transaction.atomic(durable=True):
        if problem.slug == TOO_LATE:
            is_ours = message.mark_sent(now=clock())
        else:
            is_ours = message.refuse(error=problem.sentence, now=clock())
        inbox.apply_events(problem.events, now=clock())
        if is_ours:
            inbox.cancel_refused(message.key, reason=problem.reason, now=clock())


def _release_refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
    """The order came and has the copies: there is nothing to release."""
    if problem.slug == HOLD_USED:
        message.mark_sent(now=clock())
    else:
        message.refuse(error=problem.sentence, now=clock())


def _return_refused(message: OutboxMessage, problem: Problem, clock: Clock) -> None:
    """What the warehouse does not have with this customer cannot come back; everything else a person should look at."""
    with transaction.atomic(durable=True):
        if problem.slug in (NOT_SENT, TOO_MANY):
            message.mark_sent(now=clock())
            returns.end_unheard(message.key, reason=f"{problem.title}. {problem.detail}", now=clock())
        else:
            message.refuse(error=problem.sentence, now=clock())


REFUSED = {
    Topic.ORDER_PLACED: _order_refused,
    Topic.ORDER_CANCEL: _cancel_refused,
    Topic.HOLD_RELEASE: _release_refused,
    Topic.RETURN_ASKED: _return_refused,
}
