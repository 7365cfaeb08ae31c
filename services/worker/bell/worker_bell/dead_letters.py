"""What no worker could get done: the broker's dead letters, looked at, rung for again, or thrown away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from kombu import Connection, Message
from kombu.exceptions import OperationalError

from worker_bell.topics import DEAD_LETTERS

CONNECT_TIMEOUT_S = 1.0
ANSWER_TIMEOUT_S = 2.0
MOST_AT_ONCE = 200
LIFETIME_S = 60
NOT_FOUND = 404


class BrokerAway(Exception):
    """The broker gave no answer in time."""


@dataclass(frozen=True)
class DeadLetter:
    """One hint that killed its worker again and again, or that nobody took.

    :ivar queue: where it lay before; empty if it does not say.
    """

    task: str
    queue: str
    reason: str
    times: int
    died_at: datetime | None


class DeadLetters:
    """The queue of dead letters, over a connection of its own for each question: nobody waits for a broker that is away.

    :param broker_url: only RabbitMQ keeps dead letters; see `are_kept`.
    """

    def __init__(self, broker_url: str):
        self._broker_url = broker_url

    @property
    def are_kept(self) -> bool:
        return self._broker_url.startswith(("amqp", "pyamqp"))

    def count(self) -> int:
        """:raises BrokerAway:"""
        if not self.are_kept:
            return 0
        with self._channel() as channel:
            return channel.queue_declare(DEAD_LETTERS, passive=True).message_count

    def look(self, *, at_most: int = 50) -> list[DeadLetter]:
        """This function will read the oldest letters and leave them where they are.

        RabbitMQ 4 counts each look as a delivery and drops a message after 20, so that a new copy of what was read takes
        its place; the old one is only let go once the broker has the copy.

        :raises BrokerAway:
        """
        seen = []

        def keep(channel, producer, message: Message) -> bool:
            seen.append(_read(message))
            _publish(producer, message, DEAD_LETTERS, message.headers)
            return True

        self._each(keep, at_most=at_most)
        return seen

    def replay(self) -> int:
        """This function will ring anew for each letter in the queue it came from, and answer how many there were.

        :raises BrokerAway: what was rung for until then is gone from the dead letters.
        """

        def ring(channel, producer, message: Message) -> bool:
            letter = _read(message)
            if not letter.queue:
                return False
            _publish(producer, message, letter.queue, _anew(message.headers))
            return True

        return self._each(ring)

    def throw_away(self) -> int:
        """This function will empty the queue and answer how many letters there were.

        :raises BrokerAway:
        """
        if not self.are_kept:
            return 0
        with self._channel() as channel:
            return channel.queue_purge(DEAD_LETTERS)

    def _each(self, deal_with: Callable[..., bool], *, at_most: int = MOST_AT_ONCE) -> int:
        """Deal with each letter that is there now. One that cannot be dealt with goes back when the channel closes."""
        if not self.are_kept:
            return 0
        done = 0
        with self._channel() as channel, channel.connection.client.Producer(channel) as producer:
            there = channel.queue_declare(DEAD_LETTERS, passive=True).message_count
            for _ in range(min(there, at_most)):
                raw = channel.basic_get(DEAD_LETTERS, no_ack=False)
                if raw is None:
                    break
                message = channel.message_to_python(raw)
                if deal_with(channel, producer, message):
                    message.ack()
                    done += 1
        return done

    @contextmanager
    def _channel(self) -> Iterator:
        line = Connection(
            self._broker_url,
            connect_timeout=CONNECT_TIMEOUT_S,
            transport_options={
                "read_timeout": ANSWER_TIMEOUT_S,
                "write_timeout": ANSWER_TIMEOUT_S,
                "max_retries": 0,
                "confirm_publish": True,
            },
        )
        try:
            with line:
                yield line.default_channel
        except (OSError, OperationalError, *line.connection_errors, *line.channel_errors) as error:
            if getattr(error, "code", None) == NOT_FOUND:
                raise BrokerAway("The broker has no queues yet: no worker has been started on it.") from error
            raise BrokerAway("The broker does not answer, or does not let us in.") from error


def _read(message: Message) -> DeadLetter:
    deaths = (message.headers or {}).get("x-death") or [{}]
    last = deaths[0]
    return DeadLetter(
        task=str((message.headers or {}).get("task", "")),
        queue=str(last.get("queue", "")),
        reason=str(last.get("reason", "")).replace("_", " "),
        times=int(last.get("count", 1)),
        died_at=_aware(last.get("time")),
    )


def _aware(time: object) -> datetime | None:
    if not isinstance(time, datetime):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _anew(headers: dict) -> dict:
    """The same hint, young again: a worker drops an old one without a look."""
    fresh = str(uuid4())
    expires = datetime.now(UTC) + timedelta(seconds=LIFETIME_S)
    kept = {name: value for name, value in headers.items() if not name.startswith("x-")}
    return {**kept, "id": fresh, "root_id": fresh, "expires": expires.isoformat()}


def _publish(producer, message: Message, queue: str, headers: dict) -> None:
    producer.publish(
        message.body,
        exchange="",
        routing_key=queue,
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        headers=headers,
        correlation_id=headers.get("id"),
        retry=False,
    )
