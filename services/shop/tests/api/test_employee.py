"""The employee API: orders, products and addresses by links, new orders on their way, and what was sold; by permission."""

from datetime import timedelta

import pytest
from asking import order, problem
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from shop.accounts.addresses import add_address
from shop.accounts.models import Address
from shop.orders.models import Order, OrderLine
from shop.orders.phases import PHASES
from shop.orders.states import State
from shop.outbox.models import OutboxMessage
from shop.staff import roles

pytestmark = pytest.mark.django_db(transaction=True)
HOME = {"name": "Alice Example", "line1": "1 High Street", "postcode": "10115", "city": "Berlin", "country": "DE"}


@pytest.fixture
def placed(hers, make_book):
    return f"/api/employee/orders/{order(hers, (make_book(1), 2)).json()['id']}/"


def path_of(url):
    return "/" + url.split("/", 3)[3]


def test_links_lead_from_the_door_to_orders_products_and_customers(staff, placed, alice):
    add_address(alice, Address(**HOME), now=timezone.now())
    links = staff.get("/api/employee/").json()
    one = staff.get(path_of(links["orders"])).json()["results"][0]
    assert path_of(one["url"]) == placed and staff.get(placed).json() == one
    assert (one["phase"], one["state"], one["total"]) == ("new", "placed", "25.00")
    assert staff.get(path_of(one["items"][0]["product"])).json()["id"] == 1
    assert staff.get(path_of(one["customer"])).json()["email"] == "alice@example.org"
    entries = staff.get(path_of(links["addresses"])).json()["results"]  # that of the order, and that of today
    assert {path_of(entry["customer"]) for entry in entries} == {f"/api/customers/{alice.pk}/"}
    assert staff.get(path_of(entries[0]["url"])).json() == entries[0]
    assert staff.get("/api/employee/orders/", {"phase": "processing"}).json()["count"] == 0
    assert problem(staff.get("/api/employee/orders/", {"phase": "lost"}), 400, "invalid") == ["phase"]


def test_a_new_order_is_processed_at_once_and_one_that_is_stays_so(staff, olga, placed):
    later = timezone.now() + timedelta(minutes=5)
    OutboxMessage.objects.update(next_at=later, attempts=7)
    asked = staff.put(placed, {"phase": "processing"})
    assert asked.status_code == 202 and asked.json()["phase"] == "new"  # the warehouse's answer makes it "processing"
    assert OutboxMessage.objects.get().next_at < later
    kept = LogEntry.objects.get()
    assert (kept.user, kept.change_message) == (olga, "Sent to the warehouse at once. (API)")
    assert kept.object_id == asked.json()["id"]
    Order.objects.update(state=State.ACCEPTED)
    again = staff.put(placed, {"phase": "processing"})
    assert again.status_code == 200 and again.json()["phase"] == "processing"
    Order.objects.update(state=State.SHIPPED)
    problem(staff.put(placed, {"phase": "processing"}), 409, "illegal-move")
    for wrong in ({"phase": "sent"}, {"phase": "processing", "total": "0.00"}, {"status": "shipped"}):
        problem(staff.put(placed, wrong), 400, "invalid")


def test_every_state_has_its_phase():
    assert sorted(state for states in PHASES.values() for state in states) == sorted(State)


def test_who_packs_sees_what_is_to_be_packed_and_nothing_of_money_and_customer(in_group, placed):
    dispatcher = in_group(roles.DISPATCHERS)
    seen = dispatcher.get(placed).json()
    hidden = {"customer", "email", "payment", "total", "currency"}
    assert not hidden & seen.keys() and seen["ship_to"]["city"] == "Berlin"
    assert not {"unit_price"} & seen["items"][0].keys() and seen["items"][0]["quantity"] == 2
    problem(dispatcher.put(placed, {"phase": "processing"}), 403, "forbidden")
    Order.objects.update(state=State.AWAITING_PAYMENT)
    problem(dispatcher.get(placed), 404, "not-found")
    assert dispatcher.get("/api/employee/orders/").json()["count"] == 0
    assert in_group(roles.OFFICE).get(placed).json()["email"] == "alice@example.org"


def test_addresses_and_sales_are_for_those_who_may_see_them(in_group, hers, placed):
    for path, role in (("/api/employee/addresses/", roles.OFFICE), ("/api/products/sold/", roles.DISPATCHERS)):
        problem(in_group(role).get(path), 403, "forbidden")
        problem(hers.get(path), 403, "forbidden")
    for path in ("/api/employee/", "/api/employee/orders/", placed):
        problem(hers.get(path), 403, "forbidden")
    problem(in_group(roles.PRODUCTS).get(placed), 403, "forbidden")


def test_sold_copies_are_counted_by_book(hers, staff, make_book, placed):
    order(hers, (Order.objects.get().lines.get().book, 1), (make_book(2), 4))
    order(hers, (make_book(3), 5))
    Order.objects.filter(lines__book=3).update(state=State.CANCELLED)
    OrderLine.objects.filter(book=2).update(short=2, shipped=2)
    rows = staff.get("/api/products/sold/").json()["results"]
    assert [(row["product_id"], row["sold"], row["shipped"], row["orders"]) for row in rows] == [
        (1, 3, 0, 2), (2, 2, 2, 1),
    ]  # fmt: skip
    Order.objects.update(placed_at=timezone.now() - timedelta(days=40))
    assert staff.get("/api/products/sold/").json()["count"] == 0
    assert staff.get("/api/products/sold/?days=60").json()["count"] == 2
    assert problem(staff.get("/api/products/sold/?days=0"), 400, "invalid") == ["days"]


def test_lists_of_orders_cost_the_same_for_two_and_for_four(hers, staff, make_book, django_assert_num_queries):
    book = make_book(1)
    for number in range(1, 5):
        order(hers, (book, 1))
        if number in (2, 4):
            with django_assert_num_queries(5):  # who asks, how many, the page, its lines, its events
                assert staff.get("/api/employee/orders/").json()["count"] == number
            with django_assert_num_queries(3):  # who asks, how many, the page
                assert staff.get("/api/products/sold/").json()["count"] == 1
