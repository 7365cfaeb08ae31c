"""The key of a guest's order opens it without a log-in for ever: it is told to that guest alone, and widens no token."""

import pytest
from asking import order, problem
from django.utils import timezone
from rest_framework.test import APIClient

from shop.api import tokens
from shop.orders.models import Order
from shop.orders.states import State
from shop.returns.models import Return, ReturnLine
from shop.staff import roles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book(make_book, settings):
    settings.TEST_BANK = True
    return make_book(1)


def everything_told(client, path):
    """All that a program may read of an order, and of the list that it is in, as text."""
    parts = (path, f"{path}timeline/", f"{path}payment/", f"{path}parcels/", f"{path}returns/", "/api/orders/")
    return "".join(client.get(part).content.decode() for part in parts)


def path_of(url, settings):
    return url.removeprefix(settings.PUBLIC_URL)


def back_of(order):
    """A return of it that may be sent, so that there is a label."""
    found = Return.objects.create(
        number=order.checkout_key, order=order, state="approved", why="wrong", asked_at=timezone.now()
    )
    ReturnLine.objects.create(of=found, line=order.lines.get(), quantity=1)
    order.lines.update(shipped=1)


def test_it_is_told_to_the_guest_who_has_just_ordered_and_to_who_shows_it(guest, book):
    placed = order(guest, (book, 1), email="guest@example.org", payment="prepaid").json()
    assert placed["order_key"] == Order.objects.get().link_token and placed["order_key"] in placed["pay_page"]
    guest.credentials(HTTP_X_ORDER_KEY=placed["order_key"])
    assert guest.get(f"/api/orders/{placed['id']}/").json()["order_key"] == placed["order_key"]


def test_neither_owners_nor_staff_are_told_it_whatever_they_read(hers, staff, in_group, guest, book):
    order(hers, (book, 1), payment="prepaid"), order(guest, (book, 1), email="g@example.org", payment="prepaid")
    everyone = [staff, in_group(roles.OFFICE)]
    for placed in Order.objects.all():
        back_of(placed)
        path = f"/api/orders/{placed.pk}/"
        for reader in everyone + ([hers] if placed.user_id else []):
            told = everything_told(reader, path)
            assert placed.link_token not in told and "key=" not in told
            assert reader.get(path).json()["order_key"] is None
            assert placed.reference in told


def test_what_writes_tells_it_no_more_than_what_reads(hers, staff, book):
    placed = order(hers, (book, 1)).json()
    path = f"/api/orders/{placed['id']}/"
    answers = [
        placed,
        staff.put(path, {"status": "placed"}).json(),
        staff.put(path, {"status": "cancelled"}).json(),
        hers.delete(path).json(),
    ]
    assert [answer["order_key"] for answer in answers] == [None] * 4


def test_pages_of_an_order_open_to_its_customer_and_are_not_told_to_staff(
    hers, staff, guest, book, client, alice, settings
):
    mine = order(hers, (book, 1), payment="prepaid").json()
    theirs = order(guest, (book, 1), email="g@example.org", payment="prepaid").json()
    for told, key in ((mine, ""), (theirs, theirs["order_key"])):
        back_of(Order.objects.get(pk=told["id"]))
        reader = hers if told == mine else guest
        headers = {"X-Order-Key": key} if key else {}
        label = reader.get(f"/api/orders/{told['id']}/returns/", headers=headers).json()[0]["label"]
        for page in (told["pay_page"], label):
            if not key:
                assert client.get(path_of(page, settings)).status_code == 404
                client.force_login(alice)
            assert client.get(path_of(page, settings)).status_code == 200
            client.logout()
        assert staff.get(f"/api/orders/{told['id']}/").json()["pay_page"] is None
        assert staff.get(f"/api/orders/{told['id']}/returns/").json()[0]["label"] is None


def test_beside_a_token_it_opens_nothing(his, guest, in_group, bob, book):
    """Neither for who reads every order and may settle none, nor for a token that was made to read."""
    placed = order(guest, (book, 1), email="guest@example.org").json()
    path, key = f"/api/orders/{placed['id']}/", {"X-Order-Key": placed["order_key"]}
    agent, back = in_group(roles.AGENTS), {"items": [{"product_id": 1}], "why": "wrong"}
    assert agent.get(path).status_code == 200
    pair = tokens.begin(bob, second_step=False, client="test", now=timezone.now(), scope="orders:read")
    narrow = APIClient(headers={"Authorization": f"Bearer {pair.access}"})
    for client in (his, narrow):
        problem(client.get(path, headers=key), 404, "not-found")
    for client in (his, agent):
        problem(client.delete(path, headers=key), 404, "not-found")
        problem(client.post(f"{path}returns/", back, headers=key), 404, "not-found")
        problem(client.post(f"{path}payment/", {"gateway": "test"}, headers=key), 404, "not-found")
    problem(narrow.delete(path, headers=key), 403, "out-of-scope")
    assert Order.objects.get().state == State.PLACED and not Return.objects.exists()
    assert guest.delete(path, headers=key).status_code == 202
