"""bookshop-client against a shop that runs: its README's example, and each of its calls once."""

import re

import pytest
from django.contrib.auth import get_user_model
from shopping import code_sent_to

from bookshop_client import Address, Changed, Client, Forbidden, Impossible, Invalid, KeyReused, NotFound, NotLoggedIn
from shop.notifications.models import Mail
from shop.webhooks.signing import headers, new_secret

pytestmark = pytest.mark.django_db(transaction=True)
HOME = Address("Alice Example", "1 High Street", "10115", "Berlin", "DE")


@pytest.fixture
def books(make_book):
    return [make_book(pk, title=title) for pk, title in ((1, "Emma"), (2, "Persuasion"), (3, "Sanditon"))]


@pytest.fixture
def client(live_server, alice):
    customer = Client(live_server.url)
    customer.log_in("alice@example.org", "a-long-password")
    return customer


def test_the_example_of_the_readme_runs(live_server, alice, books, pytestconfig, capsys):
    page = (pytestconfig.rootpath.parents[1] / "clients" / "python" / "README.md").read_text()
    exec(
        re.search(r"```python\n(.*?)```", page, re.DOTALL)[1],
        {"SHOP_URL": live_server.url, "PASSWORD": "a-long-password"},
    )
    order = alice.orders.get()
    assert sum(line.quantity for line in order.lines.all()) == 2
    assert f"{order.reference} placed 25.00 EUR" in capsys.readouterr().out


def test_one_opens_an_account_and_goes_on_when_its_password_has_changed(live_server, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    person, kept = Client(live_server.url), []
    for _ in range(2):  # an answer may be lost
        person.register("eve@example.org", "a-long-password", username="eve", key="an-account-of-my-own")
    person.resend_code("eve@example.org")
    with pytest.raises(Invalid, match="code"):
        person.verify_email("eve@example.org", "WRONG")
    person.verify_email("eve@example.org", code_sent_to("eve@example.org"))
    person.log_in("eve", "a-long-password")
    me = person.me()
    assert (me.username, me.email, me.is_staff, me.scope) == ("eve", "eve@example.org", False, "")
    assert person.me(seen=me) is me and person.rename("Eve", seen=me).name == "Eve"
    with pytest.raises(Changed):
        person.rename("Evelyn", seen=me)
    other = Client(live_server.url, tokens=person.tokens)
    keeping = Client(live_server.url, tokens=person.tokens, on_tokens=kept.append)
    with pytest.raises(Invalid, match="old_password|password"):
        keeping.change_password("wrong", "a-longer-password")
    keeping.change_password("a-long-password", "a-longer-password")
    assert kept == [keeping.tokens] and keeping.me().name == "Eve"
    with pytest.raises(NotLoggedIn):
        other.me()
    other.forget_password("eve@example.org")
    key = re.search(r"/key/([^/\s]+)/", Mail.objects.filter(to="eve@example.org").latest("pk").text)[1]
    other.reset_password(key, "the-longest-password")
    with pytest.raises(NotLoggedIn):
        keeping.me()
    with pytest.raises(Invalid, match="used or too old"):
        other.reset_password(key, "the-longest-password")
    other.log_in("eve@example.org", "the-longest-password")
    assert other.me().name == "Eve"


def test_the_tree_of_categories_is_read_from_its_roots(client, make_book):
    make_book(1, categories=[["Fiction", "Classics"]])
    (fiction,) = client.categories()
    assert (fiction.slug, fiction.name, fiction.books) == ("fiction", "Fiction", 1)
    assert [(one.slug, one.children) for one in fiction.children] == [("fiction/classics", ())]


def test_a_customer_orders_looks_and_cancels(client, books):
    assert {book.title for book in client.products(search="austen")} == {"Emma", "Persuasion", "Sanditon"}
    assert client.product(1).price == books[0].price and [one.name for one in client.headings("authors")] == [
        "Jane Austen"
    ]
    client.add_to_cart(1)
    assert client.set_in_cart(1, 3).quantity == 3 and client.cart().items[0].product_id == 1
    client.remove_from_cart(1)
    assert client.cart().items == () and client.cart_total().copies == 0
    order = client.place_order({2: 1}, address=HOME, key="an-order-of-my-own")
    assert client.place_order({2: 1}, address=HOME, key="an-order-of-my-own").id == order.id
    with pytest.raises(KeyReused):
        client.place_order({3: 1}, address=HOME, key="an-order-of-my-own")
    assert [one.id for one in client.orders()] == [order.id] and client.order(order.id).items[0].title == "Persuasion"
    assert client.parcels(order.id) == [] == client.returns(order.id) and not client.payment(order.id).ways
    narrow = Client(client._line._url)
    narrow.log_in("alice@example.org", "a-long-password", scope="wishlist:read")
    with pytest.raises(Forbidden):
        narrow.cancel_order(order.id)
    assert client.cancel_order(order.id, seen=client.order(order.id)).status == "cancel_requested"
    assert [step.kind for step in client.timeline(order.id)][:2] == ["placed", "cancel_requested"]
    with pytest.raises(Impossible) as refusal:
        client.place_order({1: 99}, address=HOME)
    assert refusal.value.short == {1: 10}


def test_books_are_filtered(client, make_book):
    make_book(1, format="paperback", language="en", price="9.00")
    make_book(2, format="hardback", language="en", price="9.00", store_free=0)
    make_book(3, format="ebook", language="de", price="30.00")

    def found(**filters):
        return {book.id for book in client.products(**filters)}

    assert found(format="paperback") == {1} and found(format=iter(["paperback", "ebook"])) == {1, 3}
    assert found(in_stock=True) == {1, 3} == found(in_stock="1") and found(in_stock=False) == {1, 2, 3}
    assert found(price=5, language="en") == {1, 2} == found(author="jane-austen", price="5")


def test_what_is_ones_own(client, books):
    kept = client.add_address(HOME)
    assert (
        kept.is_default
        and client.change_address(kept.id, Address("Alice", "2 Low Road", "1", "Bonn", "DE")).city == "Bonn"
    )
    seen = client.address(kept.id)
    assert client.address(kept.id, seen=seen) is seen
    client.change_address(kept.id, HOME, seen=seen)
    with pytest.raises(Changed):
        client.change_address(kept.id, HOME, is_default=True, seen=seen)
    assert client.add_address(HOME, key="an-address-of-my-own") == client.add_address(HOME, key="an-address-of-my-own")
    for one in client.addresses():
        client.remove_address(one.id)
    client.wish_for(3)
    assert [wish.product.id for wish in client.wishlist()] == [3]
    client.stop_wishing_for(3)
    assert list(client.wishlist()) == [] and list(client.reviews(1)) == []


def test_a_guests_cart_and_order_and_the_rules_of_the_house(live_server, books, client):
    guest = Client(live_server.url)
    guest.add_to_cart(1)
    assert guest.cart_token and Client(live_server.url, cart_token=guest.cart_token).cart().copies == 1
    with pytest.raises(Invalid, match="e-mail"):
        guest.place_order(address=HOME)
    order = guest.place_order(address=HOME, email="guest@example.org")
    assert guest.order(order.id, key=order.order_key).id == order.id
    for stranger in (guest, client):
        with pytest.raises(NotFound):
            stranger.order(order.id)
    with pytest.raises(NotLoggedIn):
        next(guest.orders())
    with pytest.raises(NotLoggedIn):
        guest.log_in("alice@example.org", "wrong")


def test_tokens_go_on_after_a_restart_and_end_with_the_log_in(live_server, client):
    again = Client(live_server.url, tokens=client.tokens)
    assert list(again.orders()) == []
    again.log_out()
    with pytest.raises(NotLoggedIn):
        next(client.orders())
    assert client.tokens is None and get_user_model().objects.exists()


def test_it_believes_what_the_shop_signs():
    from bookshop_client import webhooks

    secret = new_secret()
    body = (
        b'{"id":"evt_1","type":"webhook.test","timestamp":"2026-11-26T10:00:00Z","sequence":1,"subject":"x","data":{}}'
    )
    signed = headers("evt_1", body, sent_at=1000, secrets=[new_secret(), secret])
    assert webhooks.verify(body, signed, secret, now_s=1001).type == "webhook.test"
