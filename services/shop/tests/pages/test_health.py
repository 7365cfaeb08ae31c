"""Alive and ready: the database and its migrations decide, everything else informs and is not waited for."""

import time

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from shop.pages import health


@pytest.fixture
def peers_are_away(settings):
    settings.BROKER_URL = "amqp://user:secret@127.0.0.1:9//"
    settings.REDIS_URL = "redis://:secret@127.0.0.1:9/0"


def test_alive_touches_nothing(client):
    """No database mark: a query would fail this test."""
    assert client.get("/health/live").content == b"alive\n"


@pytest.mark.django_db
def test_ready_although_broker_and_cache_are_away(client, peers_are_away):
    started = time.monotonic()
    answer = client.get("/health/ready")
    assert answer.status_code == 200 and time.monotonic() - started < 2
    assert answer.json() == {
        "ready": True,
        "decides": {"database": "ok", "migrations": "ok"},
        "informs": {"broker": "failed: ConnectionRefusedError", "cache": "failed: ConnectionRefusedError"},
    }


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(client, peers_are_away):
    newest = MigrationLoader(connection).graph.leaf_nodes("accounts")[0][1]
    MigrationRecorder.Migration.objects.filter(app="accounts", name=newest).delete()
    answer = client.get("/health/ready")
    assert answer.status_code == 503 and answer.json()["decides"]["migrations"] == "failed: 1 not applied"


@pytest.mark.django_db
def test_not_ready_without_the_database_and_no_secret_is_told(client, monkeypatch):
    def away():
        raise ConnectionError("postgres://shop:secret@db/shop")

    monkeypatch.setattr(health, "_database", away)
    answer = client.get("/health/ready")
    assert answer.status_code == 503 and "secret" not in answer.content.decode()
    assert answer["Cache-Control"].startswith("max-age=0")
