"""The worker is woken after a commit; a lost ring costs seconds, never data."""

from functools import cache

from django.conf import settings
from django.db import transaction

from worker_bell import Bell, Topic


@cache
def _bell() -> Bell:
    return Bell(settings.BROKER_URL)


def ring_after_commit(topic: Topic) -> None:
    """This function will wake the worker once the open transaction has committed, or at once if there is none."""
    transaction.on_commit(lambda: _bell().ring(topic), robust=True)
