"""The queues, and where a message goes that nobody could work off."""

from celery import bootsteps
from django.conf import settings as service
from kombu import Exchange, Queue

from worker_bell import DEAD_LETTERS, Topic

MOST_MESSAGES = 10_000  # hints only: one too many is refused, and the timetable makes good for it
DELIVERIES = 5


def is_amqp(broker_url: str) -> bool:
    return broker_url.startswith(("amqp", "pyamqp"))


def _arguments() -> dict | None:
    """Quorum queues on RabbitMQ; Redis has but one kind."""
    if not is_amqp(service.BROKER_URL):
        return None
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES,
        "x-max-length": MOST_MESSAGES,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": DEAD_LETTERS,
        "x-dead-letter-strategy": "at-least-once",
    }


_bookshop = Exchange("bookshop", type="topic", durable=True)
NAMES = sorted({topic.value.queue for topic in Topic})
ALL = [Queue(name, _bookshop, routing_key=name, queue_arguments=_arguments()) for name in NAMES]
dead_letters = Queue(
    DEAD_LETTERS,
    Exchange(DEAD_LETTERS, type="fanout", durable=True),
    queue_arguments={"x-queue-type": "quorum", "x-max-length": MOST_MESSAGES},
)


class DeclareQueues(bootsteps.StartStopStep):
    """Makes every queue on every connection, so that a broker that lost its disk has them again.

    Also those this worker does not serve: Celery binds all of them, and rings for them wait for the worker that does.
    """

    requires = {"celery.worker.consumer.connection:Connection"}

    def start(self, consumer) -> None:
        if not is_amqp(service.BROKER_URL):
            return
        with consumer.connection.clone() as connection:
            for queue in (dead_letters, *ALL):
                queue(connection.default_channel).declare()
