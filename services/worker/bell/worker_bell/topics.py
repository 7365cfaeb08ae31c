"""What the worker can be woken for, and the queue and task that answer."""

from enum import Enum
from typing import NamedTuple

DEAD_LETTERS = "dead-letters"  # the queue for what no worker could get done


class Door(NamedTuple):
    queue: str
    task: str


class Topic(Enum):
    """One kind of waiting work. The value names the queue it is done in and the worker's task."""

    OUTBOX = Door("orders", "worker.tasks.send_orders")
    BOOKS = Door("sync", "worker.tasks.sync_books")
    ORDERS = Door("sync", "worker.tasks.sync_order_statuses")
    RETURNS = Door("sync", "worker.tasks.sync_returns")
    REFUNDS = Door("orders", "worker.tasks.send_refunds")
    PAYMENTS = Door("orders", "worker.tasks.tidy_payments")
    MAIL = Door("mail", "worker.tasks.send_mail")
    TALKS = Door("mail", "worker.tasks.write_letters_of_talks")
    # Partners may be slow: in a queue of their own they hold up nobody of ours.
    WEBHOOKS = Door("webhooks", "worker.tasks.send_webhooks")
    PRICES = Door("pictures", "worker.tasks.file_prices")
    PICTURES = Door("pictures", "worker.tasks.fetch_pictures")
    # A long walk that nobody waits for: in the queue of the pictures it holds up neither feeds nor orders.
    RECONCILE = Door("pictures", "worker.tasks.reconcile")
    FORGET = Door("pictures", "worker.tasks.forget")
    DIGEST = Door("pictures", "worker.tasks.write_digest")
    # The store's own work, by a worker of the store.
    IMPORTS = Door("imports", "worker.store_tasks.work_on_imports")
    # In a queue of their own: an import goes from step to step for minutes.
    COVERS = Door("works", "worker.store_tasks.work_on_covers")
    LABELS = Door("works", "worker.store_tasks.draw_labels")
    TIDY = Door("works", "worker.store_tasks.tidy_up")
