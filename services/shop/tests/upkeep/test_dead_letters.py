"""Dead letters on a real RabbitMQ: looked at without wearing them out, rung for again, thrown away, and by whom."""

import os
import time

import pytest
from django.contrib.admin.models import LogEntry
from kombu import Connection, Exchange, Queue
from shopping import text

from shop.upkeep.status import Level
from shop.upkeep.streams.broker import dead_letters
from worker_bell import DEAD_LETTERS, DeadLetters, Topic
from worker_bell.bell import celery_message

pytestmark = pytest.mark.django_db

PAGE = "/admin/sync/dead-letters/"


@pytest.fixture
def broker(settings):
    """RabbitMQ with one hint for pictures that has died, in queues as the worker declares them."""
    url = os.environ.get("BROKER_URL", "")
    if not url.startswith("amqp"):
        pytest.skip("needs RabbitMQ in BROKER_URL; scripts/services exec starts one")
    settings.BROKER_URL = url
    with Connection(url) as line:
        channel = line.default_channel
        for name in ("pictures", DEAD_LETTERS):
            channel.queue_delete(name)
        grave = Exchange(DEAD_LETTERS, type="fanout", durable=True)
        Queue(DEAD_LETTERS, grave, queue_arguments={"x-queue-type": "quorum"})(channel).declare()
        arguments = {"x-queue-type": "quorum", "x-dead-letter-exchange": DEAD_LETTERS}
        pictures = Queue("pictures", queue_arguments=arguments)(channel)
        pictures.declare()
        headers, body = celery_message(Topic.PICTURES)
        with line.Producer() as producer:
            producer.publish(body, routing_key="pictures", headers=headers, serializer="json")
        taken(pictures).reject()
        wait_for(lambda: DeadLetters(url).count() == 1)
        yield line
        for name in ("pictures", DEAD_LETTERS):
            line.default_channel.queue_delete(name)


def wait_for(condition):
    ends = time.monotonic() + 20
    while not (answer := condition()):
        assert time.monotonic() < ends, "It did not happen in time."
        time.sleep(0.05)
    return answer


def taken(queue):
    return wait_for(queue.get)


def test_they_are_counted_and_explained(owner, broker):
    (stream,) = dead_letters(now=None)
    assert stream.level == Level.PERSON and "1 hint could not be worked off" in stream.sentence
    page = text(owner.get(PAGE))
    assert "worker.tasks.fetch_pictures" in page and "rejected" in page and "pictures" in page


def test_looking_at_them_often_does_not_wear_them_out(owner, broker, settings):
    """RabbitMQ 4 drops a message after 20 deliveries."""
    for _ in range(25):
        owner.get(PAGE)
    letters = DeadLetters(settings.BROKER_URL)
    assert letters.count() == 1 and letters.look()[0].queue == "pictures"


def test_they_are_rung_for_again_as_young_hints(owner, olga, broker, settings):
    assert "1 hint rung for again." in text(owner.post(PAGE, follow=True))
    message = taken(Queue("pictures")(broker.default_channel))
    assert message.headers["task"] == Topic.PICTURES.value.task and message.headers["expires"]
    message.ack()
    assert DeadLetters(settings.BROKER_URL).count() == 0
    assert LogEntry.objects.get().user == olga


def test_they_are_thrown_away_with_a_reason(owner, broker, settings):
    address = f"{PAGE}throw-away/"
    assert "Say why" in text(owner.post(address, {}))
    assert DeadLetters(settings.BROKER_URL).count() == 1
    assert "1 hint thrown away." in text(owner.post(address, {"reason": "An old worker."}, follow=True))
    assert DeadLetters(settings.BROKER_URL).count() == 0
    assert "An old worker." in LogEntry.objects.get().change_message


def test_a_broker_that_is_away_is_told_and_nothing_is_noted(owner, settings):
    settings.BROKER_URL = "amqp://guest:guest@127.0.0.1:9//"
    assert "The broker does not answer" in text(owner.get(PAGE, follow=True))
    assert "The broker does not answer" in text(owner.post(PAGE, follow=True))
    assert not LogEntry.objects.exists()


def test_a_broker_without_queues_has_seen_no_worker(settings, broker):
    broker.default_channel.queue_delete(DEAD_LETTERS)
    (stream,) = dead_letters(now=None)
    assert "no worker has been started" in stream.sentence
