"""The shop is closed while it is worked on: visitors are told so, staff and notices of money come in."""

import math
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from shopping import log_in, text

from shop.staff import maintenance
from shop.staff.models import Closure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sign(monkeypatch):
    monkeypatch.setattr(maintenance, "sign", maintenance.Sign())
    monkeypatch.setattr(maintenance, "LOOK_EVERY_S", 0)


def test_visitors_see_one_calm_page_and_come_back_later(client, alice):
    call_command("maintenance", "on", "--minutes", "30", "--note", "We move to a larger shelf.")
    answer = client.get("/books/")
    assert answer.status_code == 503 and 1700 < int(answer["Retry-After"]) <= 1800
    page = text(answer)
    assert "Closed for a moment" in page and "We move to a larger shelf." in page and "UTC" in page
    assert answer["Cache-Control"] == "no-store" and "default-src 'self'" in answer["Content-Security-Policy"]
    client.force_login(alice)
    assert client.post("/cart/add/", {"book": 1}).status_code == 503
    call_command("maintenance", "off")
    assert client.get("/books/").status_code == 200


def test_staff_log_in_and_work_as_ever(client, olga):
    call_command("maintenance", "on")
    assert client.get("/accounts/login/").status_code == 200
    log_in(client, olga.email)
    assert client.get("/admin/").status_code == 200 and client.get("/books/").status_code == 200


def test_health_and_notices_of_money_go_on(client):
    call_command("maintenance", "on")
    assert client.get("/health/live").status_code == client.get("/health/ready").status_code == 200
    assert client.post("/payments/notices/paypal/", "{}", content_type="application/json").status_code != 503


def test_past_the_time_that_was_said_it_stays_closed_and_promises_nothing(client, now):
    maintenance.close(until=timezone.now() - timedelta(minutes=1), note="", now=now)
    answer = client.get("/")
    assert answer["Retry-After"] == "120" and "We expect" not in text(answer)


def test_closing_again_changes_the_sign_and_not_since_when(now):
    maintenance.close(until=None, note="first", now=now)
    maintenance.close(until=None, note="second", now=now + timedelta(hours=1))
    assert Closure.objects.values_list("since", "note").get() == (now, "second")
    assert maintenance.reopen() and not maintenance.reopen()


def test_the_database_is_asked_once_in_some_seconds(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(maintenance, "LOOK_EVERY_S", 3)
    sign = maintenance.Sign()
    with django_assert_num_queries(2):
        for seconds in (100, 101, 102.9, 103, 105.9):
            assert sign.read(seconds=seconds) is None


def test_a_database_that_is_away_leaves_the_sign_as_it_was(monkeypatch, now):
    maintenance.close(until=None, note="", now=now)
    sign = maintenance.Sign()
    assert sign.read(seconds=1)

    def away():
        raise OperationalError("gone")

    monkeypatch.setattr(Closure.objects, "first", away)
    assert sign.read(seconds=2)
    assert maintenance.Sign(looked=-math.inf).read(seconds=1) is None


def test_the_status_is_told(capsys):
    call_command("maintenance", "status")
    call_command("maintenance", "on", "--note", "Moving.")
    call_command("maintenance", "status")
    told = capsys.readouterr().out
    assert told.startswith("Open.") and "Closed since" in told and "Moving." in told
