"""Deliveries reach partners at least once, in order, signed; who does not take them holds up nobody."""

import base64
import hmac
import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from tests.webhooks.conftest import THEN, fresh, states

from shop.webhooks import endpoints, minding
from shop.webhooks.line import Line
from shop.webhooks.models import Attempt, Delivery

pytestmark = pytest.mark.django_db
State = Delivery.State


def is_signed(heard, secret: str) -> bool:
    """As docs/webhooks.md and standardwebhooks.com tell it, and not as our own code does it."""
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    key = base64.b64decode(secret.split("_", 1)[1])
    good = "v1," + base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
    return good in heard.headers["webhook-signature"].split(" ")


def test_a_delivery_is_signed_says_what_happened_and_is_made_once(partner, make_endpoint, due, send, clock):
    endpoint = make_endpoint(partner)
    (delivery,) = due(endpoint)
    assert str(send()) == "1 taken, 0 not taken" and str(send()) == "0 taken, 0 not taken"
    (heard,) = partner.heard
    event = delivery.event
    assert heard.path == "/hook" and heard.headers["content-type"] == "application/json"
    assert heard.headers["host"] == f"127.0.0.1:{partner.port}"
    assert heard.headers["webhook-id"] == event.public_id and heard.headers["webhook-timestamp"] == str(
        int(THEN.timestamp())
    )
    assert json.loads(heard.body) == {
        "id": event.public_id,
        "type": "book.stock",
        "timestamp": "2026-11-26T10:00:00Z",
        "sequence": event.pk,
        "subject": "book:1",
        "data": {"place": 0},
    }
    assert is_signed(heard, endpoint.shown)
    heard.body += b" "
    assert not is_signed(heard, endpoint.shown)
    (attempt,) = Attempt.objects.all()
    assert (attempt.status, attempt.at) == (204, THEN) and fresh(delivery).state == State.SENT
    assert fresh(endpoint).last_success_at == THEN


def test_the_scheme_is_that_of_standard_webhooks():
    """The worked example that the libraries of standardwebhooks.com test themselves with."""
    from shop.webhooks.signing import headers

    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    made = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, sent_at=1614265330, secrets=[secret])
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_sign_for_a_day_after_a_change_and_then_the_new_one_alone(partner, make_endpoint, due, send, clock):
    endpoint = make_endpoint(partner)
    new = endpoints.rotate(endpoint, now=clock())
    assert new != endpoint.shown and endpoint.shown not in fresh(endpoint).secret, "sealed"
    due(endpoint, 1)
    send()
    assert is_signed(partner.heard[0], endpoint.shown) and is_signed(partner.heard[0], new)
    clock.later(days=1)
    due(endpoint, 1, subject="book:2")
    send()
    assert is_signed(partner.heard[1], new) and not is_signed(partner.heard[1], endpoint.shown)
    newest = endpoints.rotate(endpoint, now=clock())
    assert endpoints.end_old_secret(endpoint) and not endpoints.end_old_secret(endpoint)
    due(endpoint, 1, subject="book:3")
    send()
    assert is_signed(partner.heard[2], newest) and not is_signed(partner.heard[2], new)


def test_what_concerns_one_book_comes_in_its_order_while_other_books_go_on(partner, make_endpoint, due, send, clock):
    endpoint = make_endpoint(partner)
    first, second = due(endpoint, 2, subject="book:1")
    (other,) = due(endpoint, 1, subject="book:2")
    partner.answers.append(500)
    send()
    assert states(endpoint) == [State.WAITING, State.WAITING, State.SENT]
    clock.later(seconds=6)
    send()
    expected = [first.event, other.event, first.event, second.event]
    assert partner.ids == [event.public_id for event in expected], "the same id at each attempt"
    numbers = [json.loads(one.body)["sequence"] for one in partner.heard if b'"book:1"' in one.body]
    assert numbers == sorted(numbers)


def test_a_delivery_that_is_refused_again_and_again_comes_ever_later_and_is_then_set_aside(
    partner, make_endpoint, due, send, clock
):
    endpoint = make_endpoint(partner)
    bad, after = due(endpoint, 2, subject="book:1")
    pauses = []
    for _ in range(minding.MOST_REFUSALS):
        partner.answers.append(500)
        due(endpoint, 1, subject=f"book:{9 + len(pauses)}")  # others are taken, so that the endpoint is well
        send()
        pauses.append((fresh(bad).next_at - clock()).total_seconds())
        clock.now = fresh(bad).next_at
    assert pauses[:4] == [5, 10, 20, 40] and max(pauses) == minding.LONGEST_PAUSE_S
    assert fresh(bad).state == State.REFUSED and fresh(bad).last_error.startswith("500")
    send()
    assert fresh(after).state == State.SENT, "what follows waits no longer"
    assert fresh(endpoint).switched_off_at is None


def test_repetitions_are_spread_in_time():
    def at(chance: float) -> float:
        return minding._growing(3, 3600, lambda: chance)

    assert (at(0), at(0.5), at(1)) == (16, 20, pytest.approx(24))


def test_a_partner_that_is_away_is_asked_ever_more_rarely_with_one_delivery_and_then_gets_all(
    partner, make_endpoint, due, send, clock
):
    endpoint = make_endpoint(partner)
    due(endpoint, 5)
    partner.usual = "hang up"
    for rest in (5, 10, 20):
        send()
        assert (fresh(endpoint).next_at - clock()).total_seconds() == rest
        assert send().failed == 0, "not before"
        clock.later(seconds=rest)
    assert len(partner.heard) == 3 and states(endpoint) == [State.WAITING] * 5
    partner.usual = 204
    assert send().taken == 5
    assert (fresh(endpoint).failures, fresh(endpoint).failing_since) == (0, None)


def test_a_partner_that_refuses_everything_is_left_alone_after_three(partner, make_endpoint, due, send):
    endpoint = make_endpoint(partner)
    due(endpoint, 9)
    partner.usual = 500
    assert send().failed == 3 and fresh(endpoint).next_at > THEN


@pytest.mark.parametrize("status", [429, 503])
def test_a_partner_that_asks_us_to_wait_is_not_pressed(partner, make_endpoint, due, send, clock, status):
    endpoint = make_endpoint(partner)
    due(endpoint, 2)
    partner.answers.append(status)
    partner.headers["Retry-After"] = "120"
    assert send().failed == 1
    assert fresh(endpoint).next_at == THEN + timedelta(seconds=120)


def test_a_slow_partner_and_a_dead_one_hold_up_no_other(partner, other_partner, make_endpoint, due, send):
    slow, quick = make_endpoint(partner, "Slow"), make_endpoint(other_partner, "Quick")
    dead = make_endpoint(name="Dead", url=f"http://127.0.0.2:{partner.port}/nobody", wants_stock=True)
    for endpoint in (slow, dead, quick):
        due(endpoint, 20 if endpoint == quick else 1)
    partner.usual = "slow"  # until the other has heard all that is for it
    other_partner.heard = LettingGo(partner.let_go, after=20)
    run = send()
    assert (run.taken, run.failed) == (21, 1) and partner.was_let_go
    assert Attempt.objects.get(delivery__endpoint=dead).said.startswith("127.0.0.2 cannot be reached")


class LettingGo(list):
    def __init__(self, let_go: threading.Event, *, after: int):
        super().__init__()
        self._let_go, self._after = let_go, after

    def append(self, one) -> None:
        super().append(one)
        if len(self) == self._after:
            self._let_go.set()


def test_an_answer_that_trickles_in_is_cut_off(partner, make_endpoint, due, send):
    endpoint = make_endpoint(partner)
    due(endpoint)
    partner.usual = "trickle"
    began = time.monotonic()
    run = send(open_line=lambda url: Line(url, within_s=0.3))
    assert run.failed == 1 and time.monotonic() - began < 2
    assert Attempt.objects.get().said == "It took too long."


def test_a_redirect_is_not_followed_and_is_a_failure(partner, other_partner, make_endpoint, due, send):
    endpoint = make_endpoint(partner)
    due(endpoint)
    partner.usual = 307
    partner.headers["Location"] = other_partner.url
    send()
    assert Attempt.objects.get().status == 307 and other_partner.heard == [] and states(endpoint) == [State.WAITING]


def test_only_the_beginning_of_an_answer_is_kept_and_it_harms_nobody(partner, make_endpoint, due, send):
    due(make_endpoint(partner))
    partner.usual, partner.said = 400, b"<script>\x00\x1b[31m\xff" + b"x" * 2_000_000
    send()
    attempt = Attempt.objects.get()
    assert attempt.said.startswith("<script>  [31m\ufffdxxx") and len(attempt.said) <= 500


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_delivery_once_and_in_its_order(partner, make_endpoint, due, send):
    endpoint = make_endpoint(partner)
    for subject in ("book:1", "book:2", "book:3"):
        due(endpoint, 10, subject=subject)
    gate = threading.Barrier(2)

    def one() -> None:
        gate.wait()
        try:
            send()
        finally:
            connection.close()

    senders = [threading.Thread(target=one) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)
    assert states(endpoint) == [State.SENT] * 30 and len(partner.ids) == len(set(partner.ids)) == 30
    came = [json.loads(heard.body) for heard in partner.heard]
    for subject in ("book:1", "book:2", "book:3"):
        numbers = [one["sequence"] for one in came if one["subject"] == subject]
        assert numbers == sorted(numbers) and len(numbers) == 10


def test_a_secret_that_another_key_sealed_says_so_instead_of_signing_wrongly(partner, make_endpoint, due, send):
    due(make_endpoint(partner))
    with override_settings(SECRET_KEY="another-key-" * 6):
        assert send().failed == 1
    assert "change the secret" in Attempt.objects.get().said and partner.heard == []


def test_what_waits_for_nobody_costs_one_statement(make_endpoint, send, django_assert_num_queries):
    make_endpoint()
    with django_assert_num_queries(1):
        send()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [204, 500])
def test_an_endpoint_that_is_deleted_while_it_is_served_ends_quietly(partner, make_endpoint, due, send, status):
    endpoint = make_endpoint(partner)
    due(endpoint, 2)
    partner.usual = status

    class Deleted(Line):
        """The database is the other thread's: it is told to delete once this attempt is over."""

        def send(self, *args):
            outcome = super().send(*args)
            deleting = threading.Thread(target=_delete, args=[endpoint])
            deleting.start()
            deleting.join(10)
            return outcome

    assert send(open_line=Deleted).taken == (status == 204)
    assert not Delivery.objects.exists() and not Attempt.objects.exists()


def _delete(endpoint) -> None:
    try:
        endpoints.remove(endpoint)
    finally:
        connection.close()
