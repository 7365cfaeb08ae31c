"""`/ws/orders/` and `/ws/sold_skus/`: by an access token, and never by a cookie or an address."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from live_clients import browser_of, move, new_order
from rest_framework_simplejwt.tokens import AccessToken
from socket_clients import OURS, access

from shop.api.models import LogIn
from shop.live import programs
from shop.live.management.commands.describe_sockets import written
from shop.live.reading import Watch
from shop.orders.models import OrderEvent, OrderLine
from shop.orders.states import State

ASYNCAPI = Path(__file__).parents[4] / "docs" / "asyncapi.yaml"
ORDERS, SOLD = "/ws/orders/", "/ws/sold_skus/"


def following(live, path, token, **wishes):
    return live.open(path).say("follow", token=token, **wishes)


def states(client, how_many):
    """All it has heard of so far, in their order; an event may be told twice."""
    while True:
        told = (one for one in client.heard if one["type"] == "order")
        found = list({(one["order"], one["version"]): one["state"] for one in told}.values())
        if len(found) >= how_many:
            return found
        assert client.hear(), client.closed


def test_a_program_hears_of_its_accounts_orders_and_of_nobody_elses(live, alice, bob):
    hers, his = new_order(alice), new_order(bob)
    client = following(live, ORDERS, access(alice, scope="orders:read"))
    assert states(client, 1) == ["placed"]
    assert client.hear("here")["id"] >= 0
    move(his, State.ACCEPTED)
    move(hers, State.ACCEPTED, State.SHIPPED)
    assert states(client, 3) == ["placed", "accepted", "shipped"]
    assert str(his.number) not in json.dumps(client.heard)


def test_who_comes_back_is_told_what_was_missed(live, alice):
    order = new_order(alice)
    token = access(alice)
    first = following(live, ORDERS, token)
    assert states(first, 1) == ["placed"]
    move(order, State.ACCEPTED)
    newest = OrderEvent.objects.latest("id").id
    while (last := first.hear("here")["id"]) < newest:
        pass
    first.leave()
    move(order, State.PACKING, State.SHIPPED)
    assert states(following(live, ORDERS, token, after=last), 2) == ["packing", "shipped"]
    assert states(following(live, ORDERS, token, after=2**63 - 1), 1) == ["shipped"], "of another life of the database"


def test_the_token_may_come_as_a_subprotocol_and_never_goes_back(live, alice):
    new_order(alice)
    client = live.open(ORDERS, subprotocols=["bookshop.v1", f"bearer.{access(alice)}"])
    assert client.subprotocol == "bookshop.v1"
    assert states(client.say("follow"), 1) == ["placed"]


def test_without_a_good_token_nothing_is_told(live, alice, monkeypatch):
    expired = AccessToken(access(alice))
    expired.set_exp(lifetime=timedelta(minutes=-1))
    revoked = access(alice)
    LogIn.objects.get(pk=AccessToken(revoked)["log_in"]).delete()
    cookie = {"Cookie": f"sessionid={browser_of(alice).cookies['sessionid'].value}", "Origin": OURS}
    refused = [following(live, ORDERS, token) for token in ("", "x.y.z", 7, str(expired), revoked)]
    refused += [
        live.open(ORDERS, headers=cookie).say("follow"),
        live.open(f"{ORDERS}?token={access(alice)}").say("follow"),
    ]
    assert [client.end() for client in refused] == [4401] * 7
    narrow = following(live, ORDERS, access(alice, scope="products:read"))
    assert narrow.end() == 4403 and "orders:read" in narrow.reason
    monkeypatch.setattr(programs, "FIRST_WITHIN_S", 0.05)
    assert live.open(ORDERS).end() == 4408


def test_other_sites_and_hosts_are_not_let_in_unless_they_are_named(live, settings):
    settings.CORS_ALLOWED_ORIGINS, settings.CSRF_TRUSTED_ORIGINS = ["https://partner.example"], [OURS]
    origins = [{"Origin": "https://elsewhere.example"}, {"Host": "elsewhere.example"}, {"Origin": "null"}]
    assert [live.open(ORDERS, headers=headers).closed for headers in origins] == [403] * 3
    assert live.open("/ws/nothing/").closed == 403
    let_in = [{"Origin": "https://partner.example"}, {"Origin": OURS}, {}]
    assert [live.open(ORDERS, headers=headers).closed for headers in let_in] == [None] * 3


def test_a_socket_ends_with_what_it_rests_on(live, alice, bob, make_user):
    carl = make_user("Carl")
    tokens = {user: access(user) for user in (alice, bob, carl)}
    clients = {user: following(live, ORDERS, token) for user, token in tokens.items()}
    stays = following(live, ORDERS, access(alice))
    for client in (*clients.values(), stays):
        client.hear("here")
    LogIn.objects.filter(pk=AccessToken(tokens[alice])["log_in"]).delete()
    bob.is_active = False
    bob.save()
    carl.set_password("another-long-password")
    carl.save()
    assert [client.end() for client in clients.values()] == [4403] * 3
    stays.hear("here")
    assert stays.closed is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", 4400),
        ("[1]", 4400),
        ("[" * 4_000, 4400),
        ('{"type": "sing"}', 4400),
        ('{"type": "follow", "token": "\\u0000"}', 4400),
        ('{"type": "follow", "token": "\\ud800"}', 4400),
        ("é" * 2_049, 1009),
    ],
)
def test_what_is_no_message_ends_the_socket(live, said, code):
    assert live.open(ORDERS).say_text(said).end() == code


def test_wishes_are_numbers_and_isbns_and_come_once(live, alice, olga):
    hers, owners = access(alice), access(olga)
    for wishes in ({"after": -1}, {"after": True}, {"after": 2**63}, {"after": "1"}):
        assert following(live, ORDERS, hers, **wishes).end() == 4400
    for wishes in ({"days": 0}, {"isbns": ["1"]}, {"isbns": "9780000000001"}, {"isbns": ["9780000000001"] * 101}):
        assert following(live, SOLD, owners, **wishes).end() == 4400
    assert following(live, ORDERS, hers).say("follow", token=hers).end() == 4400
    assert live.open(ORDERS).say_bytes(b"{}").end() == 4400


def test_who_says_too_much_or_comes_too_often_is_sent_away(live, alice, monkeypatch):
    monkeypatch.setattr(programs.ProgramsSocket, "heard", lambda self, said: _nothing())
    client = live.open(ORDERS)
    for _ in range(12):
        client.say("follow")
    assert client.end() == 4429
    monkeypatch.undo()
    live.live.sockets.places.per_visitor, live.live.sockets.places.per_address = 1, len(live.live.sockets.places) + 2
    token = access(alice)
    following(live, ORDERS, token).hear("here")
    assert following(live, ORDERS, token).end() == 4429, "a second of one visitor"
    assert live.open(ORDERS).end() == 4429, "one more of one address"


async def _nothing():
    pass


def test_who_does_not_read_is_let_go_and_a_deploy_sends_everybody_off(live, alice):
    slow, other = (following(live, ORDERS, access(alice)) for _ in range(2))
    for client in (slow, other):
        client.hear("here")
    (first, *_) = live.live.sockets.watching(Watch(alice.pk, frozenset()).topics)
    live.loop.call_soon_threadsafe(first.end, "does not read")
    live.loop.call_soon_threadsafe(live.live.close)
    assert {slow.end(), other.end()} == {4429, 1012}
    assert live.open(ORDERS).end() == 1012


@pytest.fixture
def sell(make_book, alice):
    books = [make_book(1), make_book(2)]

    def one(book=1, quantity=1):
        order = new_order(alice)
        facts = {"isbn13": books[book - 1].isbn13, "title": "x", "list_price": 10, "unit_price": 10}
        OrderLine.objects.create(order=order, position=1, book=books[book - 1], quantity=quantity, **facts)
        move(order, State.ACCEPTED)
        return order

    return one


def test_what_is_sold_is_told_to_whom_the_api_tells_it(live, alice, olga, in_role, settings):
    settings.STAFF_TOTP = True
    seller, agent = in_role("Product managers"), in_role("Agents")
    assert following(live, SOLD, access(seller, second_step=True)).hear("sold")
    assert following(live, SOLD, access(olga, second_step=True, scope="products:read")).hear("sold")
    refused = [access(alice), access(agent, second_step=True), access(olga), access(olga, scope="orders:read")]
    assert [following(live, SOLD, token).end() for token in refused] == [4403] * 4
    leaves = following(live, SOLD, access(seller, second_step=True))
    leaves.hear("sold")
    seller.groups.clear()
    assert leaves.end() == 4403, "the role was taken away"


def test_counts_come_at_first_and_when_they_change_and_also_when_they_fall_to_nothing(live, olga, sell):
    sell(quantity=3)
    token = access(olga)
    every, second = following(live, SOLD, token), following(live, SOLD, token, isbns=["9780000000002"])
    assert [(one["product_id"], one["sold"]) for one in every.hear("sold")["books"]] == [(1, 3)]
    assert [(one["product_id"], one["sold"]) for one in second.hear("sold")["books"]] == [(2, 0)]
    began = timezone.now()
    order = sell(book=2, quantity=2)
    two = {"product_id": 2, "isbn13": "9780000000002", "title": "Book 2", "sold": 2, "shipped": 0, "orders": 1}
    assert second.hear("sold")["books"] == [two]
    while two not in every.hear("sold")["books"]:
        pass  # the first order may be heard of once more
    move(order, State.CANCEL_REQUESTED, State.CANCELLED)
    assert second.hear("sold")["books"][0]["sold"] == 0
    assert timezone.now() - began > timedelta(seconds=1), "at most one message in a second"
    assert len([told for told in second.heard if told["type"] == "sold"]) == 3


def test_the_description_is_as_the_code_has_it(client, db):
    """Otherwise: scripts/manage shop describe_sockets > docs/asyncapi.yaml"""
    assert ASYNCAPI.read_text() == written()
    assert client.get("/api/asyncapi/").json()["asyncapi"] == "3.0.0"
    assert "/api/asyncapi/" in client.get("/api/schema/").json()["info"]["description"]
