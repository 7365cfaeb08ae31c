"""A bell that never makes its ringer wait."""

import atexit
import logging
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from kombu import Connection

from worker_bell.topics import Topic

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 0.2
LAST_RINGS_TIMEOUT_S = 1.0
HINT_LIFETIME_S = 60


class Bell:
    """Wakes the worker through the broker, from a thread of its own.

    A publish to a paused broker can block for as long as the pause lasts, so the thread that handles a request never
    does it. Rings of one topic that come while an earlier one is still on its way are one ring.

    :param broker_url: any URL kombu understands; empty makes the bell silent.
    """

    def __init__(self, broker_url: str):
        self._broker_url = broker_url
        self._due: dict[Topic, None] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._stopping = False
        self.published = 0
        self.failed = 0

    def ring(self, topic: Topic) -> None:
        """This function will return at once; the message follows, or is counted in `failed`."""
        if not self._broker_url:
            return
        with self._changed:
            self._due[topic] = None
            # Started on the first ring and not before: a pre-forking server would leave the thread in its parent.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish_forever, name="worker-bell", daemon=True)
                self._thread.start()
                atexit.register(self._finish)
            self._changed.notify()

    def _publish_forever(self) -> None:
        while True:
            with self._changed:
                while not self._due:
                    if self._stopping:
                        return
                    self._changed.wait()
                topics = list(self._due)
                self._due.clear()
            self._publish(topics)

    def _publish(self, topics: list[Topic]) -> None:
        for topic in topics:
            try:
                # A connection that lay idle may be dead without our knowing: try once more on a new one.
                for last_try in (False, True):
                    try:
                        self._send(topic)
                        break
                    except Exception:
                        self._connection = None
                        if last_try:
                            raise
                self.published += 1
            except Exception as error:
                self.failed += 1
                log.warning("The worker could not be woken for %s (its timetable will do it): %s", topic.name, error)

    def _send(self, topic: Topic) -> None:
        if self._connection is None:
            self._connection = Connection(
                self._broker_url,
                connect_timeout=CONNECT_TIMEOUT_S,
                transport_options={"socket_timeout": 1, "socket_connect_timeout": CONNECT_TIMEOUT_S, "max_retries": 0},
            )
        headers, body = celery_message(topic)
        # No queue is declared here: it is the worker's. Before the worker's first start a ring falls away unheard.
        with self._connection.Producer() as producer:
            producer.publish(
                body,
                exchange="",
                routing_key=topic.value.queue,
                serializer="json",
                headers=headers,
                correlation_id=headers["id"],
                delivery_mode="transient",
                retry=False,
            )

    def _finish(self) -> None:
        """A short-lived command rings and exits: give its last rings a moment to leave."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(LAST_RINGS_TIMEOUT_S)


def celery_message(topic: Topic) -> tuple[dict, list]:
    """The headers and body of a task message, as Celery's message protocol version 2 lays them down."""
    task_id = str(uuid4())
    # The worker drops an old hint by this header. The broker is not told: what it lets expire becomes a dead letter.
    expires = datetime.now(UTC) + timedelta(seconds=HINT_LIFETIME_S)
    headers = {
        "lang": "py",
        "task": topic.value.task,
        "id": task_id,
        "root_id": task_id,
        "parent_id": None,
        "group": None,
        "expires": expires.isoformat(),
    }
    return headers, [[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
