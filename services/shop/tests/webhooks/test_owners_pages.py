"""Owners make webhooks, see their secret once, and see and repeat what was sent."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from shopping import text

from shop.sealing import unseal
from shop.webhooks import endpoints
from shop.webhooks.models import Delivery, Endpoint
from shop.webhooks.sending import send_due

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/webhooks/endpoint/", "/admin/webhooks/endpoint/add/"
FORM = {"name": "Warehouse Ltd", "url": "https://partner.example/hook", "wants_stock": "on", "is_active": "on"}


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return client


def secret_on(page) -> str:
    return re.search(r'<code id="secret">(whsec_[A-Za-z0-9+/]{43}=)</code>', page.content.decode())[1]


def act(browser, action: str, *rows, where: str = LIST, **more):
    return browser.post(where, {"action": action, "_selected_action": [row.pk for row in rows], **more}, follow=True)


def test_a_secret_is_shown_by_the_page_that_answers_its_making_and_by_no_other(owner):
    page = owner.post(ADD, FORM)
    secret, endpoint = secret_on(page), Endpoint.objects.get()
    assert "no-store" in page["Cache-Control"] and unseal(endpoint.secret, purpose=endpoints.PURPOSE) == secret
    for path in (LIST, f"{LIST}{endpoint.pk}/change/", f"{LIST}{endpoint.pk}/history/"):
        assert "whsec_" not in owner.get(path).content.decode()
    owner.post(f"{LIST}{endpoint.pk}/change/", {**FORM, "name": "Warehouse & Co"})
    endpoint.refresh_from_db()
    assert endpoint.name == "Warehouse & Co" and unseal(endpoint.secret, purpose=endpoints.PURPOSE) == secret


def test_a_new_secret_is_asked_for_first_and_shown_once(owner, make_endpoint):
    endpoint = make_endpoint()
    page = act(owner, "new_secret", endpoint)
    assert "whsec_" not in text(page) and "signs beside it for a day" in text(page)
    secret = secret_on(act(owner, "new_secret", endpoint, apply="Make it"))
    endpoint.refresh_from_db()
    assert [unseal(one, purpose=endpoints.PURPOSE) for one in (endpoint.secret, endpoint.old_secret)] == [
        secret, endpoint.shown,
    ]  # fmt: skip
    assert "1 old secret ended" in text(act(owner, "end_old_secret", endpoint))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://partner.example/"}, "must begin with https://"),
        ({"url": "https://127.0.0.1/"}, "not a public address"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "not a public address"),
        ({"url": "https://partner.example:5432/"}, "Port 5432 is not open"),
        ({"wants_stock": ""}, "Choose at least one kind"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(owner, wrong, said):
    page = owner.post(ADD, {**FORM, **wrong})
    assert said in text(page) and not Endpoint.objects.exists()


def test_there_is_an_end_to_their_number(owner, make_endpoint, monkeypatch):
    monkeypatch.setattr("shop.webhooks.forms.MOST_ENDPOINTS", 1)
    make_endpoint(name="First")
    assert "no more can be" in text(owner.post(ADD, FORM))


def test_a_test_event_goes_out_and_its_attempts_are_seen_with_the_answer_escaped(owner, partner, make_endpoint):
    endpoint = make_endpoint(partner, name="Café <b>")
    partner.usual, partner.said = 400, b"<script>alert(1)</script>"
    assert "on its way" in text(act(owner, "send_test", endpoint))
    send_due(timezone.now, chance=lambda: 0.5)
    delivery = Delivery.objects.get()
    page = owner.get(f"/admin/webhooks/delivery/{delivery.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "<td>400</td>" in page
    assert "webhook.test" in page and "Café &lt;b&gt;" in page
    partner.usual = 204
    act(owner, "send_again", delivery, where="/admin/webhooks/delivery/")
    assert send_due(timezone.now, chance=lambda: 0.5).taken == 1


def test_all_since_a_time_are_sent_again_and_one_that_was_switched_off_goes_on(owner, make_endpoint, due, clock):
    endpoint = make_endpoint(wants_stock=True, switched_off_at=clock(), failures=12, failing_since=clock())
    due(endpoint, 3)
    endpoint.deliveries.update(state=Delivery.State.SENT)
    assert "Since (UTC)" in text(act(owner, "replay", endpoint))
    page = act(owner, "replay", endpoint, apply="Send it again", since="2026-11-26T10:00")
    assert "3 deliveries will be sent again" in text(page)
    assert "Enter a valid date" in text(act(owner, "replay", endpoint, apply="Send it again", since="soon"))
    assert "Switched off since 2026-11-26" in text(owner.get(LIST))
    Delivery.objects.update(next_at=timezone.now() + timedelta(hours=12))
    page = text(act(owner, "go_on", endpoint))
    assert "1 webhook will be served again. Sent now: 3 deliveries" in page and "Fine" in text(owner.get(LIST))


def test_one_is_deleted_with_all_that_was_sent_to_it_and_without_listing_it(owner, make_endpoint, due):
    endpoint = make_endpoint()
    due(endpoint, 5)
    page = owner.get(f"{LIST}{endpoint.pk}/delete/")
    assert "deliveries: 5" in text(page).lower()
    owner.post(f"{LIST}{endpoint.pk}/delete/", {"post": "yes"})
    assert not Endpoint.objects.exists() and not Delivery.objects.exists()


def test_the_list_of_deliveries_costs_the_same_however_many_there_are(owner, make_endpoint, due):
    endpoint = make_endpoint()
    spent = []
    for number in (2, 30):
        due(endpoint, number)
        with CaptureQueriesContext(connection) as counted:
            assert owner.get("/admin/webhooks/delivery/").status_code == 200
        spent.append(len(counted))
    assert spent[0] == spent[1]
