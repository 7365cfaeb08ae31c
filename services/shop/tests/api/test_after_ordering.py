"""What comes after an order, by the documented calls: paying it, its parcels, and sending books back."""

import threading

import pytest
from asking import KEY, order, problem, program
from django.db import connection
from django.utils import timezone

from shop.api.models import KeptAnswer
from shop.orders.models import Order, Parcel
from shop.orders.states import State
from shop.outbox.models import OutboxMessage, Topic
from shop.payments.models import Payment
from shop.returns.models import Return

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unpaid(hers, make_book, settings):
    """The path of an order of Alice's that waits to be paid."""
    settings.TEST_BANK = True
    settings.BANK_TRANSFER_ACCOUNT = "DE02 1203 0000 0000 2020 51"
    return f"/api/orders/{order(hers, (make_book(3), 2), payment='prepaid').json()['id']}/"


@pytest.fixture
def shipped(hers, make_book):
    """The path of an order of Alice's that left in one parcel."""
    number = order(hers, (make_book(1), 2), (make_book(2), 1)).json()["id"]
    placed = Order.objects.get(pk=number)
    for state in (State.ACCEPTED, State.SHIPPED):
        event = placed.move_to(state, at=timezone.now())
        placed.save(), event.save()
    for line in placed.lines.all():
        line.packed = line.shipped = line.quantity
        line.save()
    contents = {"carrier": "DHL", "tracking": "JJD1", "contents": {"1": 2, "2": 1}}
    Parcel.objects.create(order=placed, number=1, price="37.50", sent_at=timezone.now(), **contents)
    return f"/api/orders/{number}/"


def test_a_program_sees_how_to_pay_begins_to_and_sees_what_came_of_it(hers, unpaid, client):
    stands = hers.get(f"{unpaid}payment/").json()
    assert (stands["can_be_paid"], stands["paid"], stands["total"], stands["tries"]) == (True, "0.00", "25.00", [])
    assert [way["gateway"] for way in stands["ways"]] == ["bank_transfer", "test"]
    begun = hers.post(f"{unpaid}payment/", {"gateway": "test"})
    assert begun.status_code == 201 and begun.json()["details"] == []
    assert hers.post(f"{unpaid}payment/", {"gateway": "test"}).json()["id"] == begun.json()["id"]
    page = "/" + begun.json()["url"].split("/", 3)[3]
    assert client.post(page, {"choice": "pay"}).status_code == 302
    client.get(f"{unpaid.removeprefix('/api')}paid/{begun.json()['id']}/")  # the way back
    stands = hers.get(f"{unpaid}payment/").json()
    assert (stands["can_be_paid"], stands["paid"], stands["ways"]) == (False, "25.00", [])
    assert [(one["status"], one["captured"]) for one in stands["tries"]] == [("captured", "25.00")]
    problem(hers.post(f"{unpaid}payment/", {"gateway": "test"}), 409, "refused")


def test_for_a_transfer_the_answer_says_where_the_money_goes(hers, unpaid):
    begun = hers.post(f"{unpaid}payment/", {"gateway": "bank_transfer"}).json()
    told = {line["label"]: line["text"] for line in begun["details"]}
    assert told["Account"].startswith("DE02") and told["Reference"] and "25.00" in told["Amount"]
    assert begun["status"] == "pending" and begun["pay_until"] > timezone.now().isoformat()


def test_what_cannot_be_paid_so_is_refused(hers, unpaid):
    assert problem(hers.post(f"{unpaid}payment/", {"gateway": "gold"}), 400, "invalid") == ["gateway"]
    asked = hers.post(f"{unpaid}payment/", {"gateway": "test", "amount": "0.01", "status": "captured"})
    assert problem(asked, 400, "invalid") == ["amount", "status"]
    assert not Payment.objects.exists()


def test_parcels_are_told_with_what_is_in_them(hers, shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        parcels = hers.get(f"{shipped}parcels/").json()
    assert [(one["number"], one["status"], one["tracking"]) for one in parcels] == [(1, "dispatched", "JJD1")]
    assert [(item["product_id"], item["quantity"]) for item in parcels[0]["items"]] == [(1, 2), (2, 1)]
    assert parcels[0]["currency"] == hers.get(shipped).json()["currency"] == "EUR"


def test_books_are_sent_back_once_for_each_key(hers, shipped, django_assert_max_num_queries):
    body = {"items": [{"product_id": 1, "quantity": 1}], "why": "damaged", "words": "A broken spine."}
    first = hers.post(f"{shipped}returns/", body, headers={"Idempotency-Key": KEY})
    assert first.status_code == 201, first.content
    asked = first.json()
    assert (asked["status"], asked["label"], asked["items"][0]["quantity"]) == ("asked", None, 1)
    again = hers.post(f"{shipped}returns/", body, headers={"Idempotency-Key": KEY})
    empty = hers.post(f"{shipped}returns/", body, headers={"Idempotency-Key": ""})
    assert problem(empty, 400, "invalid") == ["Idempotency-Key"]
    assert again.json()["id"] == asked["id"] and Return.objects.count() == 1
    assert OutboxMessage.objects.filter(topic=Topic.RETURN_ASKED).count() == 1
    with django_assert_max_num_queries(7):
        assert hers.get(f"{shipped}returns/").json() == [asked]
    Return.objects.update(state="approved")
    approved = hers.get(f"{shipped}returns/{asked['id']}/").json()
    assert approved["status"] == "approved" and approved["label"].endswith("/label.pdf")
    too_many = hers.post(f"{shipped}returns/", {**body, "items": [{"product_id": 1, "quantity": 2}]})
    problem(too_many, 409, "refused")


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_the_same_key_for_another_return_is_refused(hers, shipped, is_forgotten):
    """Also when the answer is not kept any more: the return itself says what was asked."""
    body = {"items": [{"product_id": 1, "quantity": 1}], "why": "damaged", "words": "A broken spine."}
    repeat = {"Idempotency-Key": KEY}
    first = hers.post(f"{shipped}returns/", body, headers=repeat)
    if is_forgotten:
        KeptAnswer.objects.all().delete()
    others = (
        {"items": [{"product_id": 1, "quantity": 2}]},
        {"items": [{"product_id": 2}]},
        {"why": "wrong"},
        {"words": ""},
    )
    for other in others:
        problem(hers.post(f"{shipped}returns/", {**body, **other}, headers=repeat), 422, "key-reused")
    again = hers.post(f"{shipped}returns/", body, headers=repeat)
    assert (again.status_code, again.json()) == (201, first.json()) and Return.objects.count() == 1
    assert ("Idempotency-Replayed" in again) is not is_forgotten
    for wrong in ("", "x"):
        asked = hers.post(f"{shipped}returns/", body, headers={"Idempotency-Key": wrong})
        assert problem(asked, 400, "invalid") == ["Idempotency-Key"]


def test_of_twins_with_one_key_one_return_comes(alice, shipped):
    body, answers = {"items": [{"product_id": 1}], "why": "wrong"}, []

    def send():
        answers.append(program(alice).post(f"{shipped}returns/", body, headers={"Idempotency-Key": KEY}).status_code)
        connection.close()

    all_three = [threading.Thread(target=send) for _ in range(3)]
    [one.start() for one in all_three], [one.join() for one in all_three]
    assert Return.objects.count() == 1 and set(answers) <= {201, 409} and 201 in answers


def test_what_cannot_go_back_is_named(hers, shipped, unpaid):
    body = {"items": [{"product_id": 9, "quantity": 1}], "why": "lost", "refund": 5}
    assert problem(hers.post(f"{shipped}returns/", body), 400, "invalid") == ["refund"]
    del body["refund"]
    assert problem(hers.post(f"{shipped}returns/", body), 400, "invalid") == ["why"]
    assert problem(hers.post(f"{shipped}returns/", {**body, "why": "wrong"}), 400, "invalid") == ["items.0.product_id"]
    problem(hers.post(f"{unpaid}returns/", {"items": [{"product_id": 3}], "why": "wrong"}), 409, "refused")


def test_another_s_order_is_not_paid_looked_at_or_sent_back(his, guest, staff, shipped, unpaid):
    """L28. Staff look at every order, and pay and send back none."""
    back = {"items": [{"product_id": 1}], "why": "wrong"}
    for client in (his, guest):
        for path in (f"{unpaid}payment/", f"{shipped}parcels/", f"{shipped}returns/", f"{shipped}returns/{KEY}/"):
            problem(client.get(path), 404, "not-found")
    for client in (his, guest, staff):
        problem(client.post(f"{unpaid}payment/", {"gateway": "test"}), 404, "not-found")
        problem(client.post(f"{shipped}returns/", back), 404, "not-found")
    assert staff.get(f"{unpaid}payment/").status_code == staff.get(f"{shipped}parcels/").status_code == 200
    assert not Payment.objects.exists() and not Return.objects.exists()
