"""Who sends a POST again with its Idempotency-Key gets the first answer; nothing is done twice, whatever breaks in between."""

import threading
from datetime import timedelta

import pytest
from asking import ADDRESS, KEY, problem, program
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.response import Response

from shop.accounts.models import Address
from shop.api import belongings, carts, repeating, tidying, transactions
from shop.api.door import Writes
from shop.api.models import ConfirmationCode, KeptAnswer, LogIn
from shop.cart.models import Cart, CartLine
from shop.notifications.models import Mail
from shop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
ONE = {"product_id": 1, "quantity": 1}
REPEAT = {"Idempotency-Key": KEY}


def copies():
    return sum(CartLine.objects.values_list("quantity", flat=True))


def test_the_same_again_is_answered_the_same_and_done_once(hers, his, make_book):
    make_book(1)
    first = hers.post("/api/cart/", ONE, headers=REPEAT)
    again = hers.post("/api/cart/", {"quantity": 1, "product_id": 1}, headers=REPEAT)
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true" and copies() == 1
    problem(hers.post("/api/cart/", {**ONE, "quantity": 2}, headers=REPEAT), 422, "key-reused")
    problem(hers.post("/api/addresses/", ADDRESS, headers=REPEAT), 422, "key-reused")
    assert his.post("/api/cart/", ONE, headers=REPEAT).status_code == 201 and copies() == 2  # a key is its person's own
    assert problem(hers.post("/api/cart/", ONE, headers={"Idempotency-Key": "x"}), 400, "invalid") == [
        "Idempotency-Key"
    ]


def test_an_answer_without_a_body_is_repeated_too(hers, make_book):
    make_book(1)
    told = [hers.post("/api/wishlist/", {"product_id": 1}, headers=REPEAT) for _ in (1, 2)]
    assert [(answer.status_code, answer.content) for answer in told] == [(204, b"")] * 2


def test_a_guest_whose_first_answer_was_lost_finds_the_cart_again(guest, make_book):
    make_book(1)
    first, again = (guest.post("/api/cart/", ONE, headers=REPEAT) for _ in (1, 2))
    assert first["X-Cart-Token"] == again["X-Cart-Token"] == again.json()["cart_token"]
    elsewhere = guest.post("/api/cart/", ONE, headers=REPEAT, REMOTE_ADDR="203.0.113.7")
    assert elsewhere["X-Cart-Token"] != first["X-Cart-Token"]
    assert first["X-Cart-Token"] not in str(list(KeptAnswer.objects.values()))  # sealed: the database tells no tokens
    shown = {**REPEAT, "X-Cart-Token": first["X-Cart-Token"]}
    assert guest.post("/api/cart/", ONE, headers=shown).json()["quantity"] == 2  # somebody with a cart, by now


@pytest.mark.parametrize(
    "path", ["/api/cart/", "/api/orders/", "/api/products/", "/api/products/bulk/", "/api/wishlist/"]
)
def test_a_key_that_is_empty_is_refused_and_not_left_aside(staff, make_book, path):
    make_book(1)
    bodies = {
        "/api/orders/": {"cart_items": [{"product_id": 1}], "address": ADDRESS},
        "/api/products/": {"isbn13": "9780141439587", "title": "Emma", "price": "9.50"},
    }
    answer = staff.post(path, bodies.get(path, {"product_id": 1}), headers={"Idempotency-Key": ""})
    assert problem(answer, 400, "invalid") == ["Idempotency-Key"] and not Order.objects.exists()


def test_a_refusal_uses_no_key_up(hers, make_book):
    problem(hers.post("/api/cart/", ONE, headers=REPEAT), 409, "unknown-product")
    make_book(1)
    assert hers.post("/api/cart/", ONE, headers=REPEAT).status_code == 201


def test_key_effect_and_answer_are_kept_together_or_not_at_all(hers, make_book, monkeypatch):
    make_book(1)
    with monkeypatch.context() as broken:
        broken.setattr(repeating, "_keep", lambda *a, **k: 1 / 0)
        problem(hers.post("/api/cart/", ONE, headers=REPEAT), 500, "fault")
    assert copies() == 0 and not KeptAnswer.objects.exists()
    assert hers.post("/api/cart/", ONE, headers=REPEAT).status_code == 201 and copies() == 1


def test_a_try_that_is_refused_is_counted_all_the_same(guest, alice):
    address = alice.emailaddress_set.get()
    type(address).objects.update(verified=False)
    ends_at = timezone.now() + timedelta(minutes=5)
    ConfirmationCode.objects.create(address=address, code_mark="x", tries_left=3, ends_at=ends_at)
    wrong = {"email": alice.email, "code": "WRONG"}
    assert problem(guest.post("/auth/email/verify/", wrong, headers=REPEAT), 400, "invalid") == ["code"]
    assert ConfirmationCode.objects.get().tries_left == 2


def test_of_twins_at_once_one_is_done_and_the_other_is_told_to_wait_or_answered(alice, make_book):
    make_book(1)
    answers = []

    def send():
        answers.append(program(alice).post("/api/cart/", ONE, headers=REPEAT).status_code)
        connection.close()

    all_three = [threading.Thread(target=send) for _ in range(3)]
    [one.start() for one in all_three], [one.join() for one in all_three]
    assert copies() == 1 and set(answers) <= {201, 409} and 201 in answers


def test_while_it_is_being_done_the_twin_is_told_when_to_come_back(alice, make_book, monkeypatch):
    make_book(1)
    begun, go_on = threading.Event(), threading.Event()
    add = carts.operations.add

    def slowly(*args, **wishes):
        begun.set()
        assert go_on.wait(10)
        return add(*args, **wishes)

    monkeypatch.setattr(carts.operations, "add", slowly)
    client, told = program(alice), []
    first = threading.Thread(
        target=lambda: (told.append(client.post("/api/cart/", ONE, headers=REPEAT)), connection.close())
    )
    first.start()
    assert begun.wait(10)
    twin = client.post("/api/cart/", ONE, headers=REPEAT)
    go_on.set()
    first.join()
    problem(twin, 409, "in-progress")
    assert twin["Retry-After"] == "1" and told[0].status_code == 201


def test_what_is_done_in_steps_goes_on_after_a_crash_under_the_same_number(hers, alice, monkeypatch):
    numbers = []

    def steps(door, request):
        numbers.append(door.repeat_number)
        with transaction.atomic(durable=True):  # a step that stays, whatever becomes of the next one
            Address.objects.get_or_create(user=alice, name=str(door.repeat_number), used_at=timezone.now())
        if len(numbers) == 1:
            raise KeyboardInterrupt  # the process is killed
        return Response({"n": len(numbers)}, status=201)

    monkeypatch.setattr(belongings.Addresses, "writes", Writes.IN_STEPS)
    monkeypatch.setattr(belongings.Addresses, "post", steps)
    with pytest.raises(KeyboardInterrupt):
        hers.post("/api/addresses/", ADDRESS, headers=REPEAT)
    problem(hers.post("/api/addresses/", ADDRESS, headers=REPEAT), 409, "in-progress")  # who knows how far it is
    KeptAnswer.objects.update(ends_at=timezone.now())
    problem(hers.post("/api/addresses/", {}, headers=REPEAT), 422, "key-reused")
    assert hers.post("/api/addresses/", ADDRESS, headers=REPEAT).json() == {"n": 2}
    assert hers.post("/api/addresses/", ADDRESS, headers=REPEAT).json() == {"n": 2} and len(set(numbers)) == 1


def test_a_refusal_in_steps_frees_its_key(hers, monkeypatch):
    monkeypatch.setattr(belongings.Addresses, "writes", Writes.IN_STEPS)
    problem(hers.post("/api/addresses/", {}, headers=REPEAT), 400, "invalid")
    assert not KeptAnswer.objects.exists()
    assert hers.post("/api/addresses/", ADDRESS, headers=REPEAT).status_code == 201


def test_what_an_operation_undoes_is_undone_within_the_whole(alice):
    def refuse():
        with transaction.atomic(durable=True):
            Cart.objects.create(user=alice)
            raise transactions.APIException

    with pytest.raises(transactions.APIException):
        transactions.in_one(refuse)
    assert not Cart.objects.exists()


def test_registering_twice_writes_one_letter(guest, db):
    wish = {"username": "eve", "email": "eve@example.org", "password": "a-long-password"}
    answers = [guest.post("/auth/register/", wish, headers=REPEAT).json() for _ in (1, 2)]
    assert answers[0] == answers[1] and Mail.objects.filter(to="eve@example.org").count() == 1


def test_answers_log_ins_and_codes_are_forgotten_when_their_time_is_over(hers, alice, make_book):
    make_book(1)
    now = timezone.now()
    hers.post("/api/cart/", ONE, headers=REPEAT)
    ConfirmationCode.objects.create(
        address=alice.emailaddress_set.get(), code_mark="x", tries_left=1, ends_at=now + timedelta(hours=1)
    )
    tidying.tidy(now=now)
    assert KeptAnswer.objects.count() == LogIn.objects.count() == ConfirmationCode.objects.count() == 1
    tidying.tidy(now=now + timedelta(hours=25))
    assert not KeptAnswer.objects.exists() and not ConfirmationCode.objects.exists() and LogIn.objects.exists()
    assert hers.post("/api/cart/", ONE, headers=REPEAT).json()["quantity"] == 2  # a day later it is a new request
    tidying.tidy(now=now + timedelta(days=100))
    assert not LogIn.objects.exists()
