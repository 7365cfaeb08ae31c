"""The shop's bell: wakes the worker after a commit. What it misses, the timetable finds."""

from django.conf import settings
from django.db import transaction

from worker_bell import Bell, Topic

_bell = Bell(settings.BROKER_URL)


def ring_after_commit(*topics: Topic) -> None:
    """This function will wake the worker once the transaction under way is committed, and not at all if it fails."""
    for topic in topics:
        transaction.on_commit(lambda topic=topic: _bell.ring(topic))
