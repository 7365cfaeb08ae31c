"""A real worker on a real RabbitMQ: woken by a ring, spared old hints, and not brought down by poison."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import wait_for
from fake_store import book_row
from kombu import Queue

from shop.catalogue.models import Book
from shop.storelink.models import Feed
from worker import health
from worker_bell import Bell, Topic
from worker_bell.bell import celery_message

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_in(broker, queue: str) -> int:
    return Queue(queue)(broker.default_channel).queue_declare(passive=True).message_count


def test_a_ring_wakes_the_worker_and_the_worker_shows_that_it_lives(start_worker, store, broker, tmp_path, monkeypatch):
    store.tell(book_row(1))
    with start_worker():
        bell = Bell(broker.as_uri(include_password=True))
        bell.ring(Topic.BOOKS)
        wait_for(lambda: Book.objects.filter(pk=1).exists())
        monkeypatch.setattr(health, "SIGN", tmp_path / "alive")
        assert health.main() == 0
    monkeypatch.setattr(health, "SIGN", tmp_path / "never")
    assert health.main() == 1


def test_an_old_hint_is_dropped_by_the_worker_and_is_no_dead_letter(start_worker, store, broker):
    headers, body = celery_message(Topic.BOOKS)
    headers["expires"] = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    with start_worker():
        with broker.Producer() as producer:
            producer.publish(body, routing_key="sync", headers=headers, correlation_id=headers["id"], serializer="json")
        Bell(broker.as_uri(include_password=True)).ring(Topic.ORDERS)
        wait_for(lambda: Feed.objects.filter(name="orders").exclude(heard_at=None).exists())
        assert not Feed.objects.filter(name="books").exists()
        assert waiting_in(broker, "dead-letters") == 0


def test_a_worker_outlives_a_redis_that_is_away_when_a_hint_has_expired(start_worker, store, broker):
    """S8. Expired hints are noted as results by the worker's main process, so an error there ended the whole worker."""
    headers, body = celery_message(Topic.BOOKS)
    headers["expires"] = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    with start_worker(REDIS_URL="redis://127.0.0.1:9/0") as log:
        with broker.Producer() as producer:
            producer.publish(body, routing_key="sync", headers=headers, correlation_id=headers["id"], serializer="json")
        wait_for(lambda: f"The result of {headers['id']} (REVOKED) could not be kept" in log.read_text())
        Bell(broker.as_uri(include_password=True)).ring(Topic.ORDERS)
        wait_for(lambda: Feed.objects.filter(name="orders").exclude(heard_at=None).exists())


def test_a_tick_is_left_to_the_worker_to_expire(broker):
    from worker.tasks import sync_books

    sync_books.apply_async(expires=30, connection=broker)
    message = wait_for(lambda: Queue("sync")(broker.default_channel).get(no_ack=True))
    assert "expiration" not in message.properties
    assert message.headers["expires"]


def test_a_task_that_kills_its_worker_ends_among_the_dead_letters_and_harms_no_other(start_worker, store, broker):
    store.tell(book_row(1))
    with start_worker(app="poison"):
        headers, body = celery_message(Topic.PICTURES)
        headers["task"] = "poison"
        with broker.Producer() as producer:
            producer.publish(body, routing_key="pictures", headers=headers, correlation_id="x", serializer="json")
        Bell(broker.as_uri(include_password=True)).ring(Topic.BOOKS)
        wait_for(lambda: Book.objects.filter(pk=1).exists())
        wait_for(lambda: waiting_in(broker, "dead-letters") == 1, within=60)
        assert waiting_in(broker, "pictures") == 0


def test_a_broker_that_lost_its_disk_gets_its_queues_back(start_worker, store, broker):
    with start_worker():
        assert waiting_in(broker, "dead-letters") == 0
        assert waiting_in(broker, "orders") == 0
