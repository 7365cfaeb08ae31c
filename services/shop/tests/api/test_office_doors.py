"""Coupons, discounts and refunds by the API: what the office does in the admin, by the same rules and the same roles."""

from datetime import timedelta

import pytest
from asking import KEY, order, problem
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from shop.coupons.models import Coupon, CouponUse, Discount
from shop.orders.models import Order
from shop.payments import refunds
from shop.payments.models import Payment, Refund
from shop.staff import roles
from worker_bell import Topic

pytestmark = pytest.mark.django_db
COUPON = {"code": "winter10", "kind": "percent", "value": "10.00", "most_uses": 500}
SALE = {"name": "Autumn of classics", "percent": "10.0", "product_ids": [1, 2]}


@pytest.fixture
def rung(monkeypatch):
    topics = []
    for module in ("shop.coupons.office", "shop.api.refunds"):
        monkeypatch.setattr(f"{module}.ring_after_commit", topics.append)
    return topics


def test_a_coupon_is_made_changed_and_ended(in_group, guest, make_book):
    office = in_group(roles.OFFICE)
    made = office.post("/api/coupons/", COUPON)
    assert made.status_code == 201 and (made.json()["code"], made.json()["used"]) == ("WINTER10", 0)
    assert (made.json()["is_active"], made.json()["most_per_customer"]) == (True, 1), "as the admin begins"
    path = f"/api/coupons/{made.json()['id']}/"
    assert office.patch(path, {"minimum": "20.00", "currency": "eur"}).json()["currency"] == "EUR"
    assert office.get(path).json()["value"] == "10.00", "what is not named stays"
    make_book(1, price="30.00")
    token = guest.post("/api/cart/", {"product_id": 1})["X-Cart-Token"]
    assert guest.get("/api/cart/?coupon=winter10", headers={"X-Cart-Token": token}).json()["saved"] == "3.00"
    assert office.patch(path, {"is_active": False}).json()["is_active"] is False
    problem(guest.get("/api/cart/?coupon=winter10", headers={"X-Cart-Token": token}), 409, "coupon-refused")
    assert [row["id"] for row in office.get("/api/coupons/").json()["results"]] == [made.json()["id"]]
    told = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(told) == ["Added. (API)", "Changed: currency, minimum. (API)", "Changed: is_active. (API)"]
    assert office.delete(path).status_code == 204 and not Coupon.objects.exists()
    problem(office.get(path), 404, "not-found")


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"value": "0"}, "value"),
        ({"value": "101.00"}, "value"),
        ({"kind": "amount", "value": "5.00"}, "currency"),
        ({"code": "no spaces"}, "code"),
        ({"code": "Save10"}, "code"),  # there already, whatever the case
        ({"kind": "gift"}, "kind"),
        ({"most_uses": -1}, "most_uses"),
        ({"starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}, "ends_at"),
        ({"used": 7}, "used"),
    ],
)
def test_a_wrong_coupon_is_named_as_by_the_admin(staff, make_coupon, changes, field):
    make_coupon("SAVE10")
    assert problem(staff.post("/api/coupons/", COUPON | changes), 400, "invalid") == [field]
    assert Coupon.objects.count() == 1


@pytest.fixture
def used(hers, make_book, make_coupon):
    coupon = make_coupon("SAVE10")
    assert order(hers, (make_book(1), 2), coupon="save10").status_code == 201
    return coupon


def test_a_coupon_that_explains_a_price_keeps_what_it_was(staff, used):
    path = f"/api/coupons/{used.pk}/"
    assert staff.get(path).json()["used"] == 1 == CouponUse.objects.count()
    for change in ({"value": "20.00"}, {"code": "SAVE20"}, {"kind": "delivery"}, {"currency": "EUR"}):
        problem(staff.patch(path, change), 409, "refused")
    problem(staff.delete(path), 409, "refused")
    assert (
        staff.patch(path, {"code": "save10", "value": "10.00", "note": "Spring", "is_active": False}).json()["note"]
        == "Spring"
    )
    Order.objects.update(state="cancelled")
    assert staff.get(path).json()["used"] == 0


def test_a_discount_is_made_changed_and_ended_and_prices_follow(in_group, make_book, rung):
    make_book(1), make_book(2), make_book(3)
    manager = in_group(roles.PRODUCTS)
    made = manager.post("/api/discounts/", SALE).json()
    assert (made["product_ids"], made["every_book"], made["is_active"]) == ([1, 2], False, True)
    path = f"/api/discounts/{made['id']}/"
    assert manager.patch(path, {"product_ids": [3]}).json()["product_ids"] == [3]
    changed = manager.patch(path, {"ends_at": "2026-12-01T00:00:00+01:00"}).json()
    assert (changed["ends_at"], changed["product_ids"]) == ("2026-11-30T23:00:00Z", [3])
    assert manager.get(path).json() == changed
    assert manager.get("/api/discounts/").json()["results"][0]["name"] == SALE["name"]
    assert manager.delete(path).status_code == 204 and not Discount.objects.exists()
    assert rung == [Topic.PRICES] * 4
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"product_ids": [9]}, "product_ids"),
        ({"product_ids": []}, "product_ids"),
        ({"percent": "0.0"}, "percent"),
        ({"percent": "91"}, "percent"),
        ({"name": ""}, "name"),
        ({"in_force": True}, "in_force"),
    ],
)
def test_a_wrong_discount_is_named(staff, make_book, changes, field):
    make_book(1), make_book(2)
    assert problem(staff.post("/api/discounts/", SALE | changes), 400, "invalid") == [field]
    assert not Discount.objects.exists()


def test_coupons_and_discounts_are_for_those_of_the_table_of_roles(guest, hers, in_group, make_coupon, make_discount):
    coupon, discount = f"/api/coupons/{make_coupon().pk}/", f"/api/discounts/{make_discount().pk}/"
    orders, products, agent = (in_group(role) for role in (roles.ORDERS, roles.PRODUCTS, roles.AGENTS))
    assert orders.get(coupon).status_code == products.get(coupon).status_code == orders.get(discount).status_code == 200
    for client in (orders, products):  # they look
        problem(client.post("/api/coupons/", COUPON), 403, "forbidden")
        problem(client.patch(coupon, {"is_active": False}), 403, "forbidden")
        problem(client.delete(coupon), 403, "forbidden")
    problem(orders.patch(discount, {"is_active": False}), 403, "forbidden")
    problem(orders.post("/api/discounts/", SALE | {"every_book": True}), 403, "forbidden")
    problem(orders.delete(discount), 403, "forbidden")
    for client in (hers, agent):
        for path in ("/api/coupons/", coupon, "/api/discounts/", discount):
            problem(client.get(path), 403, "forbidden")
    problem(guest.get(coupon), 401, "unauthenticated")
    assert Coupon.objects.get().is_active and Discount.objects.get().is_active


def test_lists_of_them_cost_the_same_for_two_and_for_six(staff, make_coupon, make_discount, django_assert_num_queries):
    for number in range(1, 7):
        make_coupon(f"SAVE-{number}"), make_discount(name=f"Sale {number}")
        if number in (2, 6):
            for path in ("/api/coupons/", "/api/discounts/"):
                with django_assert_num_queries(3):  # who asks, how many, the page
                    assert staff.get(path).json()["count"] == number


@pytest.mark.django_db(transaction=True)
def test_a_coupon_is_made_once_for_each_key_and_changed_only_as_it_was_seen(staff):
    made = [staff.post("/api/coupons/", COUPON, headers={"Idempotency-Key": KEY}).json()["id"] for _ in range(2)]
    assert made[0] == made[1] and Coupon.objects.count() == 1
    path = f"/api/coupons/{made[0]}/"
    tag = staff.get(path)["ETag"]
    Coupon.objects.update(note="Changed by somebody else")
    problem(staff.patch(path, {"note": "Mine"}, headers={"If-Match": tag}), 412, "changed")
    problem(staff.delete(path, headers={"If-Match": tag}), 412, "changed")
    assert Coupon.objects.get().note == "Changed by somebody else"


@pytest.fixture
def refund(hers, make_book):
    """Money that goes back of an order of Alice's; the gateway has refused it."""
    number = order(hers, (make_book(1), 1)).json()["id"]
    now = timezone.now()
    payment = Payment.objects.create(
        order_id=number, gateway="paypal", charge="C1", state="captured", amount=20, currency="EUR", captured=20,
        captured_currency="EUR", created_at=now, captured_at=now, settled_at=now,
    )  # fmt: skip
    written = refunds.give_back(payment, 5, cause="late", reason="A copy was damaged.", now=now - timedelta(days=1))
    Refund.objects.update(state=Refund.State.REFUSED, last_error="The account is closed.", attempts=1, done_at=now)
    Order.objects.update(attention=refunds.REFUSED)
    return Refund.objects.get(pk=written.pk)


def address(refund) -> str:
    return f"/api/orders/{refund.payment.order_id}/refunds/"


def test_what_goes_back_is_seen_with_why_it_does_not(in_group, refund):
    for role in (roles.OFFICE, roles.ORDERS):
        client = in_group(role)
        (row,) = client.get(address(refund)).json()
        assert (row["id"], row["amount"], row["currency"], row["status"]) == (refund.pk, "5.00", "EUR", "failed")
        assert row["last_error"] == "The account is closed."
        assert client.get(f"{address(refund)}{refund.pk}/").json() == row


def test_one_that_a_person_gave_back_is_written_down_with_where(in_group, refund):
    office, path = in_group(roles.OFFICE), f"{address(refund)}{refund.pk}/"
    assert problem(office.put(path, {"status": "done", "reference": " "}), 400, "invalid") == ["reference"]
    told = office.put(path, {"status": "done", "reference": "2026-12-04/17"}).json()
    assert (told["status"], told["reference"]) == ("done", "2026-12-04/17")
    assert Order.objects.get().attention == ""
    problem(office.put(path, {"status": "done", "reference": "2026-12-04/18"}), 409, "refused")
    problem(office.put(path, {"status": "due"}), 409, "refused")
    assert LogEntry.objects.get().change_message == "Given back by hand: 2026-12-04/17 (API)"
    assert Refund.objects.get().reference == "2026-12-04/17"


def test_one_is_sent_again(in_group, refund, rung):
    office, path = in_group(roles.OFFICE), f"{address(refund)}{refund.pk}/"
    assert office.put(path, {"status": "due"}).json()["status"] in ("due", "sent")
    assert Refund.objects.get().state == Refund.State.WAITING and rung == [Topic.REFUNDS]
    problem(office.put(path, {"status": "done", "reference": "x"}), 409, "refused")  # the gateway has it now
    assert problem(office.put(path, {"status": "failed"}), 400, "invalid") == ["status"]


def test_refunds_are_found_through_their_order_by_those_of_the_table_of_roles(guest, hers, in_group, refund, make_book):
    path, yes = f"{address(refund)}{refund.pk}/", {"status": "due"}
    office, looks, agent = (in_group(role) for role in (roles.OFFICE, roles.ORDERS, roles.AGENTS))
    other = order(hers, (make_book(2), 1)).json()["id"]
    for answer in (
        office.get(f"/api/orders/{other}/refunds/{refund.pk}/"),
        office.put(f"/api/orders/{other}/refunds/{refund.pk}/", yes),
        office.get(f"{address(refund)}99/"),
    ):
        problem(answer, 404, "not-found")
    problem(looks.put(path, yes), 403, "forbidden")
    for client in (hers, agent):  # she sees them at …/payment/
        for answer in (client.get(address(refund)), client.get(path), client.put(path, yes)):
            problem(answer, 403, "forbidden")
    problem(guest.put(path, yes), 401, "unauthenticated")
    assert Refund.objects.get().state == Refund.State.REFUSED
