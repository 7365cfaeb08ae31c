"""A sign of life for the health check: a file touched by the worker while it has its broker, by beat at each tick."""

import logging

from celery.beat import PersistentScheduler
from celery.signals import heartbeat_sent, worker_ready

from worker.sign import SIGN

log = logging.getLogger(__name__)


def touch(**_) -> None:
    """A worker that cannot give its sign still works; the health check will say what it sees."""
    try:
        SIGN.touch()
    except OSError as error:
        log.warning("No sign of life could be given: %s", error)


def watch() -> None:
    """This function will keep the sign fresh. A worker that lost its broker sends no heartbeats, and it goes stale."""
    worker_ready.connect(touch, weak=False)
    heartbeat_sent.connect(touch, weak=False)


class LivelyScheduler(PersistentScheduler):
    """Celery's own scheduler, which shows that it still ticks."""

    def tick(self, *args, **kwargs):
        touch()
        return super().tick(*args, **kwargs)
