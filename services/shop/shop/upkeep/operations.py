"""What a person may have done about the road. What may take long is left to the worker, and only rung for here."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.catalogue.models import Book
from shop.clock import Clock
from shop.outbox.models import Deliverable
from shop.outbox.operations import send_again
from shop.pages.wording import counted
from shop.storelink.books import sync_books
from shop.storelink.feeds import Run
from shop.storelink.models import Feed
from shop.storelink.statuses import sync_order_statuses, sync_returns
from shop.storelink.store import open_store
from shop.upkeep import diary
from worker_bell import DeadLetters, Topic

RUN_FOR = timedelta(seconds=3)  # somebody looks at the page meanwhile
ANSWER_WITHIN_S = 5.0
WAKES = {"message": Topic.OUTBOX, "mail": Topic.MAIL, "refund": Topic.REFUNDS}


def read_books(*, who: User, clock: Clock, accept: bool = False) -> Run:
    """This function will read the books feed for some seconds and have the worker read the rest.

    :param accept: go on although a mass retirement had stopped the feed.
    """
    with open_store(within_s=ANSWER_WITHIN_S) as store:
        run = sync_books(store, clock, accept=accept, run_for=RUN_FOR)
    return _read(Feed.Name.BOOKS, Topic.BOOKS, run, who, "mass retirement accepted" if accept else "read now")


def read_statuses(*, who: User, clock: Clock) -> Run:
    """This function will read the feed of order statuses for some seconds and have the worker read the rest."""
    with open_store(within_s=ANSWER_WITHIN_S) as store:
        run = sync_order_statuses(store, clock, run_for=RUN_FOR)
    return _read(Feed.Name.ORDERS, Topic.ORDERS, run, who, "read now")


def read_returns(*, who: User, clock: Clock) -> Run:
    """This function will read the feed of returns for some seconds and have the worker read the rest."""
    with open_store(within_s=ANSWER_WITHIN_S) as store:
        run = sync_returns(store, clock, run_for=RUN_FOR)
    return _read(Feed.Name.RETURNS, Topic.RETURNS, run, who, "read now")


def try_again(kind: str, rows, *, who: User, about: Deliverable | None = None, now: datetime) -> int:
    """This function will have undelivered rows delivered anew, at once.

    :param about: the one row that was asked for, if it was one.
    :returns: how many.
    """
    undelivered = rows.filter(state__in=[Deliverable.State.WAITING, Deliverable.State.REFUSED])
    first = about or undelivered.order_by("id").first()
    with transaction.atomic(durable=True):
        number = send_again(undelivered, now=now)
        if number:
            diary.note(who, first, "tried again" if about else f"tried again, with all of its kind: {number}")
        ring_after_commit(WAKES[kind])
    return number


def fetch_pictures(*, who: User) -> int:
    """This function will have the worker fetch what is missing, also pictures that could not be used before.

    :returns: how many of those.
    """
    feed, _ = Feed.objects.get_or_create(name=Feed.Name.BOOKS)
    with transaction.atomic(durable=True):
        number = Book.objects.exclude(cover_error="").update(cover_error="")
        diary.note(who, feed, "pictures fetched anew")
        ring_after_commit(Topic.PICTURES)
    return number


def ring_dead_letters(*, who: User) -> int:
    """:raises BrokerAway:"""
    number = DeadLetters(settings.BROKER_URL).replay()
    diary.note(who, None, f"{number} rung for again")
    return number


def throw_away_dead_letters(*, who: User, reason: str) -> int:
    """:raises BrokerAway:"""
    number = DeadLetters(settings.BROKER_URL).throw_away()
    diary.note(who, None, f"{number} thrown away: {reason}")
    return number


def _read(name: Feed.Name, topic: Topic, run: Run, who: User, did: str) -> Run:
    came = run.stopped_because or run.error or f"{counted(run.rows, 'row')} read, {run.changed:,} changed"
    if not run.busy:
        diary.note(who, Feed.objects.get_or_create(name=name)[0], f"{did}: {came}")
    if run.unfinished:
        ring_after_commit(topic)
    return run
