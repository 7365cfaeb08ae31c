"""How a Celery app of ours is made. Imported when DJANGO_SETTINGS_MODULE says whose work it is."""

import logging
import os

from celery import Celery
from celery.signals import before_task_publish, setup_logging

# The celery command takes a BROKER_URL of the environment for its own -b, which outranks worker.settings; the password,
# kept in a file, would be missing from it.
os.environ.pop("CELERY_BROKER_URL", None)

from worker import alive, queues  # noqa: E402 - both read the service's settings


def new_app(name: str, *, tasks: str) -> Celery:
    app = Celery(name, include=[tasks])
    app.config_from_object("worker.settings")
    app.steps["consumer"].add(queues.DeclareQueues)
    alive.watch()
    return app


@before_task_publish.connect
def leave_expiry_to_the_worker(properties: dict, **_) -> None:
    """A hint that the broker lets expire would lie among the dead letters, where only poison belongs.

    The worker knows the same moment from the message's headers and drops the hint itself.
    """
    properties.pop("expiration", None)


@setup_logging.connect
def keep_the_services_logging(**_) -> None:
    """The service's settings say how log lines look. That a tick came and went is not worth two lines every few seconds."""
    for ticks in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(ticks).setLevel(logging.WARNING)
