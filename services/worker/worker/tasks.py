"""Doors: each opens the store or the mail server, makes one call, and says what came of it."""

import random
from datetime import timedelta

from django.core.mail import get_connection
from django.utils import timezone

from shop.api import tidying as api_tidying
from shop.chat import letters as talks
from shop.chat import tidying as talks_kept
from shop.coupons import beginning
from shop.notifications import delivery as mail
from shop.payments import refunds, tidying
from shop.staff import digest
from shop.storelink import books, delivery, pictures, statuses
from shop.storelink import reconcile as comparing
from shop.storelink.one_run import a_place, one_run
from shop.storelink.store import open_store
from shop.webhooks import minding as webhooks_kept
from shop.webhooks import sending as webhooks
from worker.app import app
from worker.steps import RUN_FOR, go_on_if
from worker_bell import Door, Topic

COMPARE_FOR = timedelta(seconds=6)  # before its last step it may wait for the turn at a feed
AT_THE_SAME_TIME = 2  # the second one sees what was committed while the first was about to end


def door(place: Door, **options):
    """This function will make a task that answers to one kind of ring."""
    return app.task(name=place.task, **options)


@door(Topic.OUTBOX.value)
def send_orders() -> str:
    with a_place("outbox", of=AT_THE_SAME_TIME) as free, open_store() as store:
        if not free:
            return "others are at it"
        run = delivery.send_orders(store, timezone.now)
    return go_on_if(run.unfinished, send_orders, run)


@door(Topic.REFUNDS.value)
def send_refunds() -> str:
    with a_place("refunds", of=AT_THE_SAME_TIME) as free:
        return str(refunds.send_refunds(timezone.now)) if free else "others are at it"


@door(Topic.PAYMENTS.value)
def tidy_payments() -> str:
    with one_run("payments") as turn:
        return tidying.tidy(timezone.now) if turn else "others are at it"


@door(Topic.MAIL.value)
def send_mail() -> str:
    with a_place("mail", of=AT_THE_SAME_TIME) as free:
        return str(mail.send_due_mail(get_connection(), timezone.now)) if free else "others are at it"


@door(Topic.TALKS.value)
def write_letters_of_talks() -> str:
    with one_run("talks") as turn:
        if not turn:
            return "others are at it"
        return f"{talks.write_due(timezone.now)} letters, {talks_kept.purge(now=timezone.now())} talks forgotten"


@door(Topic.WEBHOOKS.value)
def send_webhooks() -> str:
    with a_place("webhooks", of=AT_THE_SAME_TIME) as free:
        if not free:
            return "others are at it"
        webhooks_kept.purge(now=timezone.now())
        run = webhooks.send_due(timezone.now, chance=random.random)
    return go_on_if(run.unfinished, send_webhooks, run)


@door(Topic.BOOKS.value, ignore_result=False)
def sync_books() -> str:
    with open_store() as store:
        run = books.sync_books(store, timezone.now, run_for=RUN_FOR)
    return go_on_if(run.unfinished, sync_books, run)


@door(Topic.ORDERS.value, ignore_result=False)
def sync_order_statuses() -> str:
    with open_store() as store:
        run = statuses.sync_order_statuses(store, timezone.now, run_for=RUN_FOR)
    return go_on_if(run.unfinished, sync_order_statuses, run)


@door(Topic.RETURNS.value, ignore_result=False)
def sync_returns() -> str:
    with open_store() as store:
        run = statuses.sync_returns(store, timezone.now, run_for=RUN_FOR)
    return go_on_if(run.unfinished, sync_returns, run)


@door(Topic.PRICES.value)
def file_prices() -> str:
    with one_run("prices") as turn:
        if not turn:
            return "others are at it"
        run = beginning.begin_and_end(timezone.now, run_for=RUN_FOR)
    return go_on_if(run.unfinished, file_prices, run)


@door(Topic.PICTURES.value)
def fetch_pictures() -> str:
    with open_store() as store:
        run = pictures.fetch_pictures(store, timezone.now, run_for=RUN_FOR)
    return go_on_if(run.unfinished, fetch_pictures, run)


@door(Topic.RECONCILE.value)
def reconcile() -> str:
    with open_store() as store:
        run = comparing.reconcile(store, timezone.now, run_for=COMPARE_FOR)
    return go_on_if(run.unfinished, reconcile, run)


@door(Topic.FORGET.value)
def forget() -> str:
    with one_run("forget") as turn:
        return api_tidying.tidy(now=timezone.now()) if turn else "others are at it"


@door(Topic.DIGEST.value)
def write_digest() -> str:
    with one_run("digest") as turn:
        return str(digest.write_due(now=timezone.now())) if turn else "others are at it"
