"""P1.3: RabbitMQ and Redis are both gone, and nobody who orders notices."""

import pytest
from django.core.cache import caches
from django.test import Client
from shopping import order, put_in_cart

from shop import bell
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage
from worker_bell import Bell

NOWHERE = "127.0.0.1:9"
BUYERS = 20


@pytest.mark.django_db(transaction=True)
def test_every_checkout_is_answered_while_broker_and_cache_are_away(make_book, settings, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": "shop.cache.ForgivingRedisCache", "LOCATION": f"redis://{NOWHERE}/0"},
    }
    monkeypatch.setattr(bell, "_bell", Bell(f"amqp://nobody:nothing@{NOWHERE}//"))
    assert caches["default"].get("anything") is None, "the cache is away, and says nothing"
    book, answers = make_book(store_free=BUYERS), []
    for _ in range(BUYERS):
        buyer = Client()
        put_in_cart(buyer, book)
        answers.append(order(buyer, payment="on_delivery").status_code)
    assert answers == [302] * BUYERS
    assert Order.objects.filter(state="placed").count() == OutboxMessage.objects.count() == BUYERS
