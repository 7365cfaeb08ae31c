"""Orders by the documented calls, through the same operation as the checkout."""

import pytest
from asking import ADDRESS, order, problem, program
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.accounts.addresses import add_address
from shop.accounts.models import Address
from shop.cart.models import Cart
from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox.models import OutboxMessage
from shop.storelink import inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book(make_book):
    return make_book(1)


def moved(number, state):
    placed = Order.objects.get(pk=number)
    event = placed.move_to(state, at=timezone.now())
    placed.save()
    event.save()


def test_an_order_is_placed_read_and_cancelled(hers, book):
    answer = order(hers, (book, 2))
    placed = answer.json()
    assert answer.status_code == 201 and (placed["status"], placed["total"]) == ("placed", "25.00")
    assert placed["payment"] == "on_delivery" and placed["ship_to"]["city"] == "Berlin"
    assert OutboxMessage.objects.get().key == placed["id"] and not Cart.objects.exists()
    book.price = 99
    book.save()
    assert hers.get(f"/api/orders/{placed['id']}/").json()["items"][0]["price"] == "12.50"  # L26
    assert [row["id"] for row in hers.get("/api/orders/").json()["results"]] == [placed["id"]]
    asked = hers.delete(f"/api/orders/{placed['id']}/")
    assert asked.status_code == 202 and asked.json()["status"] == "cancel_requested"
    steps = hers.get(f"/api/orders/{placed['id']}/timeline/").json()
    assert [step["kind"] for step in steps] == ["placed", "cancel_requested"]


def test_a_cancelling_that_the_warehouse_refused_may_be_asked_for_again_five_times(hers, book):
    path = f"/api/orders/{order(hers, (book, 1)).json()['id']}/"
    for _ in range(5):
        assert hers.delete(path).status_code == 202 == hers.delete(path).status_code
        with transaction.atomic(durable=True):
            inbox.cancel_refused(Order.objects.get().pk, reason="Too late to cancel", now=timezone.now())
    answer = hers.delete(path)
    assert problem(answer, 409, "refused") == [] and "has answered 5 times" in answer.json()["detail"]
    assert Order.objects.get().state == State.PLACED


def test_a_guest_orders_by_address_and_reads_the_order_by_its_key(guest, book):
    assert problem(order(guest, (book, 1)), 400, "invalid") == ["email"]
    placed = order(guest, (book, 1), email="guest@example.org").json()
    path, key = f"/api/orders/{placed['id']}/", {"X-Order-Key": placed["order_key"]}
    assert guest.get(path, headers=key).json()["email"] == "guest@example.org"
    for wrong in ({}, {"X-Order-Key": "x"}, {"X-Order-Key": "\x80"}):
        problem(guest.get(path, headers=wrong), 404, "not-found")
        problem(guest.delete(path, headers=wrong), 404, "not-found")
    problem(guest.get("/api/orders/"), 401, "unauthenticated")
    assert guest.delete(path, headers=key).status_code == 202


def test_the_cart_itself_is_ordered_if_nothing_is_named(guest, hers, book):
    for client in (guest, hers):
        token = client.post("/api/cart/", {"product_id": 1, "quantity": 3}).headers.get("X-Cart-Token", "")
        body = {"address": ADDRESS} | ({"email": "guest@example.org"} if token else {})
        placed = client.post("/api/orders/", body, headers={"X-Cart-Token": token})
        assert placed.status_code == 201 and placed.json()["items"][0]["quantity"] == 3
        again = client.post("/api/orders/", body, headers={"X-Cart-Token": token})
        assert problem(again, 400, "invalid") == ["cart_items"]


def test_another_s_order_is_not_there(hers, his, book):
    """L28"""
    path = f"/api/orders/{order(hers, (book, 1)).json()['id']}/"
    for answer in (his.get(path), his.delete(path), his.get(f"{path}timeline/")):
        problem(answer, 404, "not-found")
    problem(his.put(path, {"status": "cancelled"}), 403, "forbidden")
    assert his.get("/api/orders/").json()["count"] == 0 and Order.objects.get().state == State.PLACED


BARE = {"cart_items": [{"product_id": 1, "quantity": 1}]}  # all that an order needs of who has an address kept


def test_the_barest_order_of_a_guest_names_all_that_is_missing(guest, book):
    answer = guest.post("/api/orders/", BARE)
    assert problem(answer, 400, "invalid") == ["email", "address"] and "postcode" in answer.content.decode()
    with_mail = guest.post("/api/orders/", {**BARE, "email": "guest@example.org"})
    assert problem(with_mail, 400, "invalid") == ["address"] and not Order.objects.exists()


@pytest.mark.parametrize("who", ["alice", "olga"])
def test_the_barest_order_of_a_customer_or_of_staff_goes_to_the_kept_address(request, who, book):
    person = request.getfixturevalue(who)
    client = program(person)
    assert problem(client.post("/api/orders/", BARE), 400, "invalid") == ["address"]
    add_address(person, Address(**ADDRESS), now=timezone.now())
    placed = client.post("/api/orders/", BARE)
    assert placed.status_code == 201, placed.content
    told = placed.json()
    assert (told["email"], told["ship_to"]["line1"], told["status"]) == (person.email, ADDRESS["line1"], "placed")
    assert [(item["product_id"], item["quantity"]) for item in told["items"]] == [(1, 1)]


def test_an_order_keeps_its_address_and_a_bare_one_goes_there_from_then_on(hers, alice, book):
    order(hers, (book, 1))
    assert alice.addresses.get().line1 == ADDRESS["line1"]
    assert hers.post("/api/orders/", BARE).json()["ship_to"]["line1"] == ADDRESS["line1"]


def test_the_default_address_is_taken_or_what_is_missing_is_named(hers, his, alice, book):
    items = {"cart_items": [{"product_id": 1, "quantity": 1}]}
    answer = hers.post("/api/orders/", items)
    assert problem(answer, 400, "invalid") == ["address"] and "postcode" in answer.content.decode()
    kept = add_address(alice, Address(**ADDRESS), now=timezone.now())
    assert hers.post("/api/orders/", items).json()["ship_to"]["city"] == "Berlin"
    other = his.post("/api/orders/", {**items, "address_id": kept.pk})
    assert problem(other, 400, "invalid") == ["address_id"]
    wrong = {**ADDRESS, "country": "Germany", "city": "a\0b"}
    assert set(problem(hers.post("/api/orders/", {**items, "address": wrong}), 400, "invalid")) == {
        "address.city",
        "address.country",
    }
    wrong = {**ADDRESS, "country": "QQ", "phone": "call me"}
    fields = problem(hers.post("/api/orders/", {**items, "address": wrong}), 400, "invalid")
    assert set(fields) == {"address.country", "address.phone"}


def test_what_cannot_be_had_is_told_and_nothing_is_kept(hers, book, make_book, make_coupon):
    short = order(hers, (book, 11))
    problem(short, 409, "out-of-stock")
    assert short.json()["short"] == [{"product_id": 1, "quantity": 11, "available": 10}]
    assert problem(order(hers, (book, 1), coupon="NONE"), 409, "unknown-coupon") == ["coupon"]
    dearer = order(hers, (book, 1), agreed_total="1.00")
    assert problem(dearer, 409, "price-changed") == ["agreed_total"] and dearer.json()["total"] == "12.50"
    assert problem(order(hers, (book, 1), payment="prepaid"), 400, "invalid") == ["payment"]
    assert problem(hers.post("/api/orders/", {"cart_items": []}), 400, "invalid") == ["cart_items"]
    assert problem(order(hers, (book, 1), (book, 2)), 400, "invalid") == ["cart_items"]
    assert problem(order(hers, (book, 1), status="shipped", user=1), 400, "invalid") == ["status", "user"]
    assert not Order.objects.exists() and not Cart.objects.exists()


def test_of_what_none_is_left_is_told_with_all_else_that_is_short(hers, book, make_book):
    gone = make_book(2, store_free=0)
    answer = order(hers, (gone, 1), (book, 11))
    problem(answer, 409, "out-of-stock")
    assert answer.json()["short"] == [
        {"product_id": 2, "quantity": 1, "available": 0},
        {"product_id": 1, "quantity": 11, "available": 10},
    ]
    assert not Order.objects.exists() and not Cart.objects.exists()


def test_what_is_not_sold_is_told_apart(hers, book, make_book, now):
    retired = order(hers, (book, 1), (make_book(2, retired_at=now), 1))
    problem(retired, 409, "retired")
    unknown = hers.post("/api/orders/", {"cart_items": [{"product_id": 9, "quantity": 1}], "address": ADDRESS})
    problem(unknown, 409, "unknown-product")
    assert (retired.json()["product_id"], unknown.json()["product_id"]) == (2, 9)


def test_why_a_coupon_cannot_be_used_is_told_apart(hers, book, make_coupon, now):
    make_coupon("ONCE", most_per_customer=1), make_coupon("OVER", ends_at=now), make_coupon("GONE", most_uses=0)
    make_coupon("LARGE", minimum=100, currency="EUR")
    assert order(hers, (book, 1), coupon="ONCE").status_code == 201
    for code, slug in (
        ("ONCE", "coupon-used-up"),
        ("GONE", "coupon-used-up"),
        ("OVER", "coupon-refused"),
        ("LARGE", "coupon-refused"),
    ):
        assert problem(order(hers, (book, 1), coupon=code), 409, slug) == ["coupon"]


def test_an_order_to_be_paid_names_the_page_to_pay_on(hers, book, settings, client, alice):
    settings.TEST_BANK = True
    placed = order(hers, (book, 1), payment="prepaid").json()
    assert placed["status"] == "awaiting_payment" and placed["paid"] == "0.00" and placed["pay_until"]
    client.force_login(alice)
    page = client.get(placed["pay_page"].removeprefix(settings.PUBLIC_URL))
    assert page.status_code == 200 and "/pay/" in page.content.decode()
    cancelled = hers.delete(f"/api/orders/{placed['id']}/")
    assert cancelled.status_code == 200 and cancelled.json()["status"] == "cancelled"


def test_staff_see_every_order_and_make_legal_moves_only(hers, staff, book):
    number = order(hers, (book, 1)).json()["id"]
    path = f"/api/orders/{number}/"
    assert staff.get("/api/orders/").json()["count"] == 1 and staff.get("/api/orders/?mine=1").json()["count"] == 0
    assert staff.get(path).json()["id"] == number
    assert staff.put(path, {"status": "placed"}).json()["status"] == "placed"
    for status in ("shipped", "accepted", "expired", "awaiting_payment"):
        problem(staff.put(path, {"status": status}), 409, "illegal-move")
    assert problem(staff.put(path, {"status": "lost"}), 400, "invalid") == ["status"]
    asked = staff.put(path, {"status": "cancelled"})
    assert asked.status_code == 202 and asked.json()["status"] == "cancel_requested"


def test_who_cancels_another_s_order_does_so_for_the_shop_and_it_stands_in_the_history(hers, staff, olga, book):
    for way in ("put", "delete"):
        path = f"/api/orders/{order(hers, (book, 1)).json()['id']}/"
        asked = staff.put(path, {"status": "cancelled"}) if way == "put" else staff.delete(path)
        assert asked.status_code == 202
        last = hers.get(f"{path}timeline/").json()[-1]
        assert (last["kind"], last["words"][:30]) == ("cancel_requested", "We are cancelling your order. ")
        kept = LogEntry.objects.latest("id")
        assert (kept.user, kept.object_id) == (olga, asked.json()["id"])
    own = f"/api/orders/{order(staff, (book, 1)).json()['id']}/"
    staff.delete(own)
    assert staff.get(f"{own}timeline/").json()[-1]["words"].startswith("You asked to cancel.")
    assert LogEntry.objects.count() == 2


def test_an_order_that_is_over_cannot_be_cancelled(hers, staff, book):
    path = f"/api/orders/{(number := order(hers, (book, 1)).json()['id'])}/"
    moved(number, State.ACCEPTED), moved(number, State.SHIPPED)
    problem(hers.delete(path), 409, "refused")
    problem(staff.put(path, {"status": "cancelled"}), 409, "illegal-move")


def test_staff_without_the_right_or_the_second_step_are_customers(hers, olga, make_user, book, settings):
    path = f"/api/orders/{order(hers, (book, 1)).json()['id']}/"
    dan = program(make_user("Dan", is_staff=True))
    problem(dan.get(path), 404, "not-found")
    problem(dan.put(path, {"status": "cancelled"}), 403, "forbidden")
    settings.STAFF_TOTP = True
    problem(program(olga).put(path, {"status": "cancelled"}), 403, "second-step")
    assert program(olga, second_step=True).put(path, {"status": "cancelled"}).status_code == 202


def test_an_order_costs_at_most_twenty_statements_however_many_books(hers, make_book, alice):
    add_address(alice, Address(**ADDRESS), now=timezone.now())
    books = [make_book(pk) for pk in range(1, 9)]
    for some in (books[:1], books):
        with CaptureQueriesContext(connection) as asked:
            assert order(hers, *((book, 1) for book in some)).status_code == 201
        said = [query["sql"] for query in asked]  # BEGIN and COMMIT included
        assert len(said) <= 20, "\n".join(sql[:90] for sql in said)


def test_the_list_costs_the_same_for_two_orders_and_for_six(hers, book, django_assert_num_queries):
    for number in range(1, 7):
        order(hers, (book, 1))
        if number in (2, 6):
            with django_assert_num_queries(4):  # who asks, how many, the page, its lines
                assert hers.get("/api/orders/").json()["count"] == number
