"""Takes one guard out of the process that finds this file on its PYTHONPATH; PROVE_MUTANT names the guard.

Python imports a module of this name at every start. The modules named below are changed as soon as they are loaded.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable
from types import ModuleType

Patch = Callable[[ModuleType], None]


class Patcher(importlib.abc.MetaPathFinder):
    """Finds the modules to be changed as usual, and changes them after they were loaded."""

    def __init__(self, patches: dict[str, Patch]):
        self.patches = patches

    def find_spec(self, name, path, target=None):
        if name not in self.patches:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load, patch = spec.loader.exec_module, self.patches[name]

        def load_and_patch(module: ModuleType) -> None:
            load(module)
            patch(module)

        spec.loader.exec_module = load_and_patch
        return spec


def early_ack(delivery: ModuleType) -> None:
    """Closes the row when it is claimed: whatever comes of the sending then finds nothing to report to."""

    class TakenIsSent(delivery.OutboxMessage):
        class Meta:
            proxy = True
            app_label = "outbox"

        @classmethod
        def claim_next(cls, *, now):
            message = delivery.Unpatched.claim_next(now=now)
            if message:
                message.mark_sent(now=now)
            return message

        @classmethod
        def claim_first_tries(cls, *, now, **which):
            messages = delivery.Unpatched.claim_first_tries(now=now, **which)
            for message in messages:
                message.mark_sent(now=now)
            return messages

    delivery.Unpatched, delivery.OutboxMessage = delivery.OutboxMessage, TakenIsSent


def store_without_key(accepting: ModuleType) -> None:
    """The store knows no order when one comes, and does not wait for its twin."""
    from types import SimpleNamespace

    known = accepting.Order

    class Unknown:
        objects = SimpleNamespace(filter=lambda **_: (), bulk_create=known.objects.bulk_create)

        def __new__(cls, **facts):
            return known(**facts)

    accepting.Order, accepting.alone_with = Unknown, lambda *numbers: None


def cursor_on_id(feed: ModuleType) -> None:
    place = "(event.xid, event.id) > (%(xid)s::xid8, %(id)s)"
    horizon = "AND event.xid < pg_snapshot_xmin(pg_current_snapshot())"
    order = "ORDER BY event.xid, event.id LIMIT"
    feed.CHANGES_SQL = _replaced(
        feed.CHANGES_SQL, {place: "event.id > %(id)s", horizon: "", order: "ORDER BY event.id LIMIT"}
    )
    feed.CHANGES_SQL = _replaced(feed.CHANGES_SQL, {"ORDER BY page.xid, page.id": "ORDER BY page.id"})


def cursor_ends_at_last_id(page: ModuleType) -> None:
    """The place after the last page is its last row's id, and stays where it is after an empty one."""
    read_page = page.read_page

    def by_id(*, after, row_id, **rest):
        found = read_page(after=after, row_id=row_id, **rest)
        if rest["feed"] != "orders":
            return found
        before = page.Cursor.read(after, feed="orders").id if after else 0
        return found._replace(next=found.next._replace(id=_last_id(before, found.rows)))

    page.read_page = by_id


def _last_id(before: int, rows: list[dict]) -> int:
    from django.db import connection

    if not rows:
        return before
    row = rows[-1]
    with connection.cursor() as cursor:
        wanted = "SELECT id FROM orders_orderevent WHERE number = %s AND version = %s"
        cursor.execute(wanted, [row["order"], row["version"]])
        return cursor.fetchone()[0]


def no_stock_check(stock: ModuleType) -> None:
    """Holds and orders promise by the same step. The hint is lost as well: the shop goes on selling by what it knew."""
    from collections import Counter

    def promise_anyway(wants):
        wanted = Counter()
        for lines, already in wants:
            for line in lines:
                wanted[line.book] += line.quantity
            wanted.subtract(already)
        stock.lock_levels(wanted)
        stock.shift_levels({book: stock.Shift(reserved=number) for book, number in wanted.items()})
        return [[] for _ in wants]

    stock.promise_in_turn = promise_anyway
    stock.ring_after_commit = lambda topic: None


def letter_for_everything_heard(inbox: ModuleType) -> None:
    apply_events = inbox.apply_events

    def tell_again(events, *, now):
        events = list(events)
        apply_events(events, now=now)
        for number in {event.order for event in events}:
            order = inbox.Order.objects.filter(pk=number).first()
            newest = order and order.events.order_by("-version").first()
            if newest:
                lines = list(order.lines.order_by("position"))
                inbox.notifications.write_all([inbox.letters.letter(order, lines, newest, now=now)])

    inbox.apply_events = tell_again


def unsorted_locks(stock: ModuleType) -> None:
    import random

    def lock_one_by_one(book_ids):
        books = list(set(book_ids))
        random.shuffle(books)
        rows = stock.StockLevel.objects.select_for_update()
        found = [rows.filter(book_id=book).first() for book in books]
        return {level.book_id: level for level in found if level}

    stock.lock_levels = lock_one_by_one


def web_publishes(operations: ModuleType) -> None:
    from django.db import transaction

    from store_client import StoreRefused, StoreUnavailable

    def tell_once(number: str, body: dict) -> None:
        from shop.storelink.store import open_store

        try:
            with open_store() as store:
                store.put_order(number, body)
        except (StoreUnavailable, StoreRefused):
            pass

    class NoOutbox:
        @staticmethod
        def write(*, topic, key, body, now):
            transaction.on_commit(lambda: tell_once(key, body))

        @staticmethod
        def write_anew(**_):
            """Nobody is told of a hold that is not wanted; it lapses."""

        take_back = write_anew

    operations.OutboxMessage = NoOutbox


def sorted_as_text(feed: ModuleType) -> None:
    order = "ORDER BY event.xid, event.id LIMIT"
    feed.CHANGES_SQL = _replaced(feed.CHANGES_SQL, {order: "ORDER BY event.xid::text, event.id LIMIT"})
    feed.CHANGES_SQL = _replaced(feed.CHANGES_SQL, {"ORDER BY page.xid, page.id": "ORDER BY page.xid::text, page.id"})


def small_pages(client: ModuleType) -> None:
    """A backlog of a few events is then as long as one of hundreds otherwise."""
    client.StoreClient.order_changes.__defaults__ = ("", 3)


def webhooks_told_once(minding: ModuleType) -> None:
    def taken_anyway(delivery, outcome, *, now, chance):
        minding.taken(delivery, outcome, now=now)
        return True

    minding.failed = taken_anyway


def webhooks_under_new_ids(models: ModuleType) -> None:
    from uuid import uuid4

    models.Event.public_id = property(lambda event: f"evt_{uuid4().hex}")


def refund_without_key(refunds: ModuleType) -> None:
    """A sender that dies between the bank's answer and our note of it is rare; here every second one does."""
    send = refunds._send

    def ask_as_another(refund, *, now):
        key = refund.key
        refund.key = key if refund.attempts == 1 else f"{key}:{refund.attempts}"
        is_done = send(refund, now=now)
        refund.key = key
        if refund.attempts == 1 and refund.pk % 2:
            raise refunds.GatewayUnavailable("The answer was lost.")
        return is_done

    refunds._send = ask_as_another


def amount_not_checked(models: ModuleType) -> None:
    models.Payment.is_as_asked = True


def _replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"the guard has moved: {old}"
        text = text.replace(old, new)
    return text


MUTANTS: dict[str, dict[str, Patch]] = {
    "store_without_key": {"store.orders.accepting": store_without_key},
    "early_ack": {"shop.storelink.delivery": early_ack},
    "cursor_on_id": {"store.orders.feed": cursor_on_id, "store.feed.page": cursor_ends_at_last_id},
    "no_stock_check": {"store.stock.operations": no_stock_check},
    "mail_without_unique_key": {"shop.storelink.inbox": letter_for_everything_heard},
    "unsorted_locks": {"store.stock.operations": unsorted_locks},
    "web_publishes_instead_of_outbox": {"shop.orders.operations": web_publishes},
    "webhooks_told_once": {"shop.webhooks.minding": webhooks_told_once},
    "webhooks_under_new_ids": {"shop.webhooks.models": webhooks_under_new_ids},
    "refund_without_key": {"shop.payments.refunds": refund_without_key},
    "amount_not_checked": {"shop.payments.models": amount_not_checked},
    "positions_sorted_as_text": {"store.orders.feed": sorted_as_text, "store_client.client": small_pages},
}

if patches := MUTANTS.get(os.environ.get("PROVE_MUTANT", "")):
    sys.meta_path.insert(0, Patcher(patches))
