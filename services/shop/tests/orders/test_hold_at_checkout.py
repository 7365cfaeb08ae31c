"""At checkout the store is asked to hold the copies: it says yes, it names what is short, or it does not answer."""

import time
import uuid

import pytest
from fake_store import TOKEN, fake_store
from shopping import checkout_form, hidden, order, put_in_cart, text

from shop.catalogue.models import Book
from shop.orders import holding
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage, Topic
from shop.payments.models import Payment
from shop.storelink.breaker import Breaker
from store_client import HoldLine

pytestmark = pytest.mark.django_db

SOLD_WITHIN_S = holding.WITHIN_S


@pytest.fixture
def store(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(holding, "breaker", Breaker())
    (tmp_path / "token").write_text(TOKEN)
    with fake_store() as running:
        settings.STORE_URL, settings.STORE_TOKEN_FILE = running.url, str(tmp_path / "token")
        yield running


def test_an_order_that_the_store_holds_is_confirmed_from_the_start(client, make_book, store):
    store.free = {1: 2}
    put_in_cart(client, make_book(1), 2)
    answer = order(client)
    placed = Order.objects.get()
    assert placed.held and store.holds[str(placed.number)][0] == "held"
    assert "To be confirmed by the warehouse" not in text(client.get(answer.url))


def test_what_the_store_holds_is_not_counted_twice(client, make_book, store):
    """The store's own number already knows of it."""
    store.free = {1: 2}
    book = make_book(1, store_free=2)
    put_in_cart(client, book, 1)
    order(client)
    Book.objects.update(store_free=1)  # the feed told of the hold
    assert Book.objects.with_available().get().available == 1


def test_a_shortfall_names_each_book_and_what_is_left_and_one_press_takes_it(client, make_book, store):
    """L7: the store decides, whatever the shop last heard."""
    store.free = {1: 1, 2: 0, 3: 9}
    for pk, title in ((1, "Emma"), (2, "Dracula"), (3, "Persuasion")):
        put_in_cart(client, make_book(pk, title=title, store_free=9), 2)
    form = checkout_form(client)
    answer = client.post("/checkout/", form)
    page = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "Only 1 left." in page and "Not in stock at the moment." in page
    assert all(f'value="{press}"' in page for press in ("1:1", "1:0", "2:0"))
    assert page.count("left.") == 1 and "Take 1" in page, "no more is said of the book that can be had"
    client.post("/checkout/", {**form, "adjust": "1:1"})
    answer = client.post("/checkout/", {**form, "adjust": "2:0"})
    assert client.post("/checkout/", {**form, "seen_total": hidden(answer, "seen_total")}).status_code == 302
    assert store.free == {1: 0, 2: 0, 3: 7}


def test_a_book_that_the_shop_believes_sold_out_is_sold_if_the_store_has_it(client, make_book, store):
    store.free = {1: 1}
    put_in_cart(client, make_book(1), 1)
    Book.objects.update(store_free=0)
    assert order(client).status_code == 302 and Order.objects.get().held


def test_a_store_that_is_away_is_told_on_the_page_and_the_last_known_number_counts(client, make_book, settings, store):
    settings.STORE_URL = "http://127.0.0.1:9"
    put_in_cart(client, make_book(1, store_free=3), 2)
    answer = order(client)
    assert not Order.objects.get().held
    assert "To be confirmed by the warehouse" in text(client.get(answer.url))
    assert Book.objects.with_available().get().available == 1, "L18: less the shop's own open orders"
    put_in_cart(client, Book.objects.get(), 2)
    assert order(client).status_code == 409 and Order.objects.count() == 1


def test_nobody_waits_longer_than_two_seconds_for_a_slow_store(client, make_book, store, monkeypatch):
    monkeypatch.setattr(holding, "WITHIN_S", SOLD_WITHIN_S)
    put_in_cart(client, make_book(1))
    form = checkout_form(client)
    store.faults.extend(["slow"] * 3)
    started = time.monotonic()
    assert client.post("/checkout/", form).status_code == 302
    assert time.monotonic() - started < 3.5, "two seconds, on a machine that may be busy"
    assert not Order.objects.get().held


def test_a_store_that_keeps_failing_is_not_asked_for_a_while(store):
    store.faults.extend(["503"] * 5)
    for _ in range(8):
        with pytest.raises(holding.CannotAsk):
            holding.hold(uuid.uuid4(), [HoldLine(1, 1, 1)])
    assert len(store.requests) == 5


def test_a_store_that_knows_of_no_holds_does_not_stop_the_sale(client, make_book, store, monkeypatch):
    """Services are renewed one after the other."""
    from fake_store import FakeStore, problem

    monkeypatch.setattr(FakeStore, "hold", lambda *a: (404, problem(404, "not-found", "There is nothing here.")))
    put_in_cart(client, make_book(1))
    assert order(client).status_code == 302 and not Order.objects.get().held


def test_the_breaker_opens_after_five_failures_within_thirty_seconds_for_ten():
    breaker = Breaker()
    for second in (0, 10, 20, 31, 40):
        breaker.failed(second)
    assert breaker.lets_through(40), "the five took longer than thirty seconds"
    breaker.failed(41)
    breaker.failed(41)
    assert not breaker.lets_through(50.9) and breaker.lets_through(51.1)
    breaker.worked()
    assert breaker.lets_through(51.2)


def test_a_form_sent_again_with_another_cart_holds_the_new_lines(store):
    number, store.free = uuid.uuid4(), {1: 5}
    holding.hold(number, [HoldLine(1, 1, 2)])
    holding.hold(number, [HoldLine(1, 1, 2)])
    assert store.free == {1: 3}
    holding.hold(number, [HoldLine(1, 1, 4)])
    assert store.free == {1: 1}


def test_a_hold_without_an_order_is_given_back(client, make_book, store, monkeypatch):
    from shop.orders import operations

    store.free = {1: 1}
    put_in_cart(client, make_book(1))
    form = checkout_form(client)

    def changed(*a, **k):
        raise operations.CartChanged("Your cart has changed.")

    with monkeypatch.context() as patched:
        patched.setattr(operations, "place_order", changed)
        assert client.post("/checkout/", form).status_code == 409
    message = OutboxMessage.objects.get()
    assert (message.topic, message.key) == (
        Topic.HOLD_RELEASE,
        str(holding.order_number(uuid.UUID(form["checkout_key"]))),
    )
    assert client.post("/checkout/", form).status_code == 302
    message.refresh_from_db()
    assert message.state == "sent", "the order came after all, and keeps its copies"


def test_the_number_of_an_order_follows_from_its_checkout_and_the_shops_secret(settings):
    key = uuid.uuid4()
    number = holding.order_number(key)
    assert number == holding.order_number(key) != holding.order_number(uuid.uuid4()) and number != key
    settings.SECRET_KEY = "y" * 50
    assert number != holding.order_number(key)


def test_paying_now_is_offered_only_where_a_gateway_is_open(client, make_book, settings, store):
    store.free = {1: 9}
    put_in_cart(client, make_book(1))
    settings.TEST_BANK = False
    assert "Pay now" not in text(client.get("/checkout/"))
    assert order(client, payment="prepaid").status_code == 302, "there is no choice, and it is not asked for"
    assert Order.objects.get().payment == "on_delivery"
    put_in_cart(client, Book.objects.get())
    settings.TEST_BANK = True
    assert "Pay now" in text(client.get("/checkout/"))
    assert order(client, payment="nonsense").status_code == 400


def test_paying_through_the_pages_from_checkout_to_the_placed_order(client, make_book, settings, store):
    """Declined first, then paid: choice, pay page, bank, back, order."""
    settings.TEST_BANK, store.free = True, {1: 9}
    put_in_cart(client, make_book(1), 2)
    answer = order(client, payment="prepaid")
    placed = Order.objects.get()
    assert answer.url == f"/orders/{placed.number}/pay/"
    page = text(client.get(answer.url))
    assert "€25.00" in page and "14 minutes from now" in page and "Your copies are set aside" in page
    assert "Pay €25.00" in text(client.get(f"/orders/{placed.number}/"))

    def choose(choice):
        bank = client.post(f"/orders/{placed.number}/pay/start/", {"gateway": "test"})
        assert bank.url.startswith("/test-bank/se_")
        assert "No real money" in text(client.get(bank.url))
        assert client.post(bank.url, {"choice": "nonsense"}).status_code == 400
        back = client.post(bank.url, {"choice": choice})
        assert client.post(bank.url, {"choice": choice}).status_code == 409, "a try is over once"
        return client.get(back.url, follow=True)

    assert "The payment was declined. Nothing was charged" in text(choose("decline"))
    page = text(choose("pay"))
    assert "Your payment arrived" in page and Order.objects.get().state == "placed"
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["captured", "failed"]
    assert client.get(f"/orders/{placed.number}/pay/").url == f"/orders/{placed.number}/"


def test_the_bank_does_not_exist_where_it_is_switched_off(client, make_book, settings, store):
    settings.TEST_BANK, store.free = True, {1: 9}
    put_in_cart(client, make_book(1))
    order(client, payment="prepaid")
    bank = client.post(f"/orders/{Order.objects.get().number}/pay/start/", {"gateway": "test"}).url
    assert client.get(bank).status_code == 200
    settings.TEST_BANK = False
    assert client.get(bank).status_code == 404
    assert client.post(bank, {"choice": "pay"}).status_code == 404
    assert client.post("/payments/notices/test/", b"{}", "application/json").status_code == 404
