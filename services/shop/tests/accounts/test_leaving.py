"""One's own data as a file, and the end of an account: the orders stay, the person goes."""

import json
import re

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from shopping import confirm, log_in, order, put_in_cart, show_it_is_me, text

from shop.accounts.models import Address, User
from shop.notifications.delivery import send_due_mail
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox.models import Deliverable, OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hers(client, alice, make_book):
    """Alice has ordered, and her order has been sent."""
    log_in(client, alice.email)
    put_in_cart(client, make_book(1))
    assert order(client, name="Alice Whoever", line1="7 Secret Lane").status_code == 302
    show_it_is_me(client)
    return client


@pytest.fixture
def closed(hers):
    Order.objects.update(state=State.SHIPPED)
    OutboxMessage.objects.update(state=Deliverable.State.SENT)
    return Order.objects.get()


def test_everything_kept_about_a_person_is_in_their_file(hers, alice):
    answer = hers.get("/account/data/file/")
    assert "attachment" in answer["Content-Disposition"]
    told = json.loads(answer.content)
    assert told["account"]["email"] == alice.email
    assert told["orders"][0]["ship_to"]["line1"] == "7 Secret Lane"
    assert told["orders"][0]["lines"][0]["unit_price"] == "12.50 EUR"
    assert told["address_book"][0]["name"] == "Alice Whoever"
    assert "order" in told["letters"][0]["subject"] and told["sessions"]


def test_who_clicks_on_download_types_the_password_and_gets_the_file_not_a_page(client, alice):
    log_in(client, alice.email)
    link = re.search(r'<a href="([^"]+)"([^>]*)>Download everything', client.get("/account/").content.decode())
    assert "download" not in link[2]
    asked = client.get(link[1], follow=True)
    assert "password" in text(asked)
    way = re.search(r'name="next" value="([^"]+)"', asked.content.decode())[1]
    page = client.post("/accounts/reauthenticate/", {"password": "a-long-password", "next": way}, follow=True)
    button = re.search(r'href="([^"]+)">Download the file<', page.content.decode())[1]
    file = client.get(button)
    assert "attachment" in file["Content-Disposition"] and file.json()["account"]["email"] == alice.email


def test_nobody_gets_the_file_of_another(hers, bob):
    other = Client()
    log_in(other, bob.email)
    show_it_is_me(other)
    told = json.loads(other.get("/account/data/file/").content)
    assert told["orders"] == told["letters"] == [] and "Secret" not in json.dumps(told)
    assert Client().get("/account/data/file/").url.startswith("/accounts/login/")


def test_an_account_with_an_order_on_its_way_stays(hers, alice):
    assert "still on their way" in text(hers.get("/account/delete/"))
    answer = hers.post("/account/delete/", follow=True)
    assert "An order is still on the way to you" in text(answer)
    assert User.objects.filter(pk=alice.pk).exists() and Order.objects.get().ship_name == "Alice Whoever"


def test_deleting_takes_the_person_out_of_everything_and_keeps_the_orders(hers, alice, closed):
    assert "cannot be undone" in text(hers.get("/account/delete/"))
    answer = hers.post("/account/delete/", follow=True)
    assert "Your account is deleted" in text(answer) and "_auth_user_id" not in hers.session
    closed.refresh_from_db()
    assert (closed.user, closed.email, closed.ship_name, closed.ship_line1) == (None, "", "", "")
    assert closed.total == closed.lines.get().unit_price
    assert not User.objects.filter(email=alice.email).exists() and not Address.objects.exists()
    send_due_mail(_connection(), _clock)
    kept = json.dumps([*Mail.objects.values(), *OutboxMessage.objects.values(), *Order.objects.values()], default=str)
    for word in (alice.email, "Secret Lane", "Whoever"):
        assert word not in kept


@pytest.fixture
def moved(hers, alice):
    """Alice has changed her address, has begun another change, and is logged in at work as well."""
    log_in(Client(), alice.email)
    begin_to_move(hers, "alice.two@example.org")
    assert confirm(hers, "alice.two@example.org").status_code == 302
    begin_to_move(hers, "alice.three@example.org")
    return hers


def begin_to_move(client, email):
    assert client.post("/accounts/email/", {"email": email, "action_add": ""}).status_code == 302


def everything_kept():
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return json.dumps([*Mail.objects.values(), *UserSession.objects.values(), *sessions], default=str)


def test_deleting_takes_every_address_along_that_the_account_had_or_tried(moved, alice, closed):
    kept = everything_kept()
    assert all(word in kept for word in ("alice@example.org", "alice.two@", "alice.three@")) and alice.email in kept
    moved.post("/account/delete/")
    send_due_mail(_connection(), _clock)
    assert "alice" not in everything_kept() and "_auth_user_id" not in everything_kept()


def test_letters_from_before_they_had_the_accounts_key_go_too(moved, alice, closed, bob):
    """They had the key of their address."""
    for mail in Mail.objects.filter(key__startswith="account:"):
        Mail.objects.filter(pk=mail.pk).update(key=f"account:{mail.to}")
    Mail.objects.create(
        event="x", kind="x", key="account:bob@example.org", to=bob.email, next_at=_clock(), created_at=_clock()
    )
    moved.post("/account/delete/")
    left = set(Mail.objects.exclude(kind="goodbye").values_list("to", flat=True))
    assert left == {"removed@bookshop.invalid", "alice.three@example.org", bob.email}


def test_the_file_holds_letters_to_every_address_and_the_cart_but_no_code_for_an_address_of_another(moved, make_book):
    put_in_cart(moved, make_book(5), 2)
    told = moved.get("/account/data/file/").json()
    letters = {(letter["to"], bool(letter["text"])) for letter in told["letters"]}
    assert {("alice@example.org", True), ("alice.two@example.org", True)} <= letters
    assert ("alice.three@example.org", False) in letters and ("alice.three@example.org", True) not in letters
    assert [(line["title"], line["quantity"]) for line in told["cart"]] == [("Book 5", 2)]


def test_an_address_that_is_anothers_by_now_keeps_its_letters(moved, alice, closed, make_user):
    other = make_user("Alice")  # who has the mailbox now
    Mail.objects.filter(to="alice@example.org").update(key="account:alice@example.org")
    moved.post("/account/delete/")
    assert Mail.objects.filter(to=other.email).exists()


def test_a_new_password_leaves_nothing_of_the_other_log_ins(hers, alice):
    log_in(Client(), alice.email)
    assert UserSession.objects.filter(user=alice).count() == 2
    new = {"oldpassword": "a-long-password", "password1": "another-long-one", "password2": "another-long-one"}
    hers.post("/accounts/password/change/", new)
    mine = [key for key in Session.objects.all() if key.get_decoded().get("_auth_user_id") == str(alice.pk)]
    assert [session.pk for session in mine] == [hers.session.session_key]


def test_the_last_letter_reaches_the_person(hers, alice, closed, mailoutbox):
    hers.post("/account/delete/")
    send_due_mail(_connection(), _clock)
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == ([alice.email], "Your account is deleted")


def test_a_password_is_asked_for_first_and_then_it_goes_on(client, alice):
    log_in(client, alice.email)
    for path in ("/account/delete/", "/account/data/file/"):
        assert client.get(path).url == f"/accounts/reauthenticate/?next={path.replace('/', '%2F')}"
    assert User.objects.filter(pk=alice.pk).exists()


def test_staff_are_not_deleted_by_themselves(client, olga):
    log_in(client, olga.email)
    show_it_is_me(client)
    assert "account of staff" in text(client.post("/account/delete/", follow=True))
    assert User.objects.filter(pk=olga.pk).exists()


def test_looking_at_the_page_deletes_nothing(hers, alice, closed):
    hers.get("/account/delete/")
    assert User.objects.filter(pk=alice.pk).exists()


def _connection():
    from django.core.mail import get_connection

    return get_connection()


def _clock():
    from django.utils import timezone

    return timezone.now()
