"""The contact page: a message is kept and mailed to customer service, once, and floods are turned away."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outgoing
from django.db import connection
from django.test import Client
from shopping import hidden, text

from shop.accounts.export import everything_about
from shop.accounts.farewell import forget
from shop.contact import operations
from shop.contact.models import Message
from shop.networks import network_of
from shop.notifications.delivery import send_due_mail
from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db

PAGE = "/contact/"
SERVICE = "service@bookshop.example"


@pytest.fixture(autouse=True)
def service(settings):
    settings.CONTACT_EMAIL = SERVICE


def write(client, **changes):
    page = client.get(PAGE)
    sent = {"name": "Gus Guest", "email": "Gus@Example.org", "about": "", "text": "Where is my book?", "website": ""}
    return client.post(PAGE, {**sent, "key": hidden(page, "key"), **changes})


def note(**changes):
    fields = {"key": uuid4(), "name": "Gus", "email": "gus@example.org", "about": "", "text": "Hello"}
    return operations.Note(**{**fields, **changes})


def test_a_guest_writes_and_customer_service_can_simply_answer(client, now):
    answer = write(client, about="3F2A-99B1")
    assert answer.url == "/contact/sent/" and "Your message is here" in text(client.get(answer.url))
    kept = Message.objects.get()
    assert (kept.name, kept.email, kept.text, kept.user) == ("Gus Guest", "gus@example.org", "Where is my book?", None)
    send_due_mail(outgoing.get_connection(), lambda: now)
    (letter,) = outgoing.outbox
    assert letter.to == [SERVICE] and letter.reply_to == ["gus@example.org"]
    assert "Where is my book?" in letter.body and letter.subject == "Message from Gus Guest, order 3F2A-99B1"
    assert letter.message()["Reply-To"] == "gus@example.org"


def test_the_message_is_kept_although_nobody_is_named_to_mail_it_to(client, settings):
    settings.CONTACT_EMAIL = ""
    write(client)
    assert Message.objects.count() == 1 and not Mail.objects.exists()


def test_the_same_form_sent_twice_is_one_message(client):
    key = str(uuid4())
    assert write(client, key=key).status_code == write(client, key=key).status_code == 302
    assert Message.objects.count() == Mail.objects.count() == 1


def test_mistakes_are_named_and_what_was_typed_stays(client):
    answer = write(client, name="", email="nonsense", text="I typed this")
    assert answer.status_code == 400
    assert "Please fill in: Your name." in text(answer) and "I typed this" in text(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "x" * 4001},
        {"name": "x" * 121},
        {"text": "a\0b"},
        {"name": "a\0b"},
        {"email": f"{'x' * 100}@example.org"},
        {"email": "gus@example.org\r\nBcc: everybody@example.org"},
        {"website": "https://buy.example"},
        {"key": "no key"},
        {"key": ""},
    ],
)
def test_what_is_no_honest_message_is_refused(client, changes):
    assert write(client, **changes).status_code == 400
    assert not Message.objects.exists() and not Mail.objects.exists()


def test_a_form_whose_key_was_broken_works_when_sent_again(client):
    again = hidden(write(client, key="broken"), "key")
    assert write(client, key=again).status_code == 302


def test_no_header_can_be_slipped_into_the_letter(client, now):
    write(client, name="Gus\r\nBcc: everybody@example.org", about="1\r\nX-Evil: 1")
    send_due_mail(outgoing.get_connection(), lambda: now)
    (letter,) = outgoing.outbox
    assert letter.recipients() == [SERVICE] and letter.message()["X-Evil"] is None
    assert "\n" not in letter.subject


def test_markup_in_a_message_is_shown_and_not_obeyed(client):
    write(client, name="<b>Gus</b>", text="<script>alert(1)</script> {{ settings }}")
    letter = Mail.objects.get()
    assert "<script>" not in letter.html and "&lt;script&gt;" in letter.html and "<script>" in letter.text


def test_five_messages_an_hour_from_one_address_are_enough(now):
    for number in range(5):
        operations.write(note(), writer=None, ip=f"10.0.{number}.1", now=now)
    with pytest.raises(operations.TooMany):
        operations.write(note(), writer=None, ip="10.9.9.9", now=now)
    operations.write(note(email="other@example.org"), writer=None, ip="10.9.9.9", now=now)
    operations.write(note(), writer=None, ip="10.9.9.9", now=now + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("neighbours", [("10.1.2.3", "10.1.2.200"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")])
def test_ten_messages_an_hour_from_one_network_are_enough(now, neighbours):
    for number in range(10):
        operations.write(note(email=f"g{number}@example.org"), writer=None, ip=neighbours[0], now=now)
    with pytest.raises(operations.TooMany):
        operations.write(note(email="g10@example.org"), writer=None, ip=neighbours[1], now=now)
    operations.write(note(email="g10@example.org"), writer=None, ip="192.0.2.1", now=now)


def test_a_flood_from_everywhere_is_stopped_too(now, monkeypatch):
    monkeypatch.setattr(operations, "MOST_FROM_EVERYBODY", 3)
    for number in range(3):
        operations.write(note(email=f"g{number}@example.org"), writer=None, ip=f"10.{number}.0.1", now=now)
    with pytest.raises(operations.TooMany):
        operations.write(note(email="last@example.org"), writer=None, ip="10.77.0.1", now=now)


def test_too_many_are_told_so_and_what_was_typed_stays(client, monkeypatch):
    monkeypatch.setitem(operations.MOST_PER_HOUR, "email", 1)
    write(client)
    answer = write(client, text="And one more thing")
    assert answer.status_code == 429 and "a little later" in text(answer) and "And one more thing" in text(answer)


def test_no_address_of_a_visitor_is_kept():
    assert "10.1.2" not in network_of("10.1.2.3", v4_prefix=operations.V4_PREFIX)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_slip_past_the_limit(now):
    refused = []

    def one(number):
        try:
            operations.write(note(), writer=None, ip=f"10.0.{number}.1", now=now)
        except operations.TooMany:
            refused.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Message.objects.count(), len(refused)) == (5, 3)


def test_a_copy_goes_to_ones_own_confirmed_address_and_to_no_other(client, alice):
    assert 'name="copy"' not in client.get(PAGE).content.decode(), "a guest could have it sent to strangers"
    write(client, copy="on")
    assert [letter.to for letter in Mail.objects.all()] == [SERVICE]
    client.force_login(alice)
    write(client, copy="on", email="stranger@example.org")
    assert [letter.to for letter in Mail.objects.order_by("pk")] == [SERVICE, SERVICE, alice.email]
    EmailAddress.objects.update(verified=False)
    write(client, copy="on")
    assert Mail.objects.filter(to=alice.email).count() == 1


def test_who_leaves_takes_their_messages_along(client, alice, now):
    client.force_login(alice)
    write(client, email=alice.email, text="My secret")
    assert everything_about(alice)["messages"][0]["text"] == "My secret"
    forget(alice, now=now)
    assert not Message.objects.exists() and not Mail.objects.filter(text__contains="My secret").exists()


def test_without_a_token_nothing_is_taken(alice):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(PAGE, {"text": "x"}).status_code == 403


def test_staff_mark_a_message_as_dealt_with(client, olga, now):
    message = operations.write(note(), writer=None, ip="10.0.0.1", now=now)
    client.force_login(olga)
    path = "/admin/contact/message/"
    assert "Hello" in text(client.get(path, {"waiting": "yes"}))
    client.post(path, {"action": "dealt_with", "_selected_action": [message.pk]})
    message.refresh_from_db()
    assert message.done_by == olga.email
    assert "Hello" not in text(client.get(path, {"waiting": "yes"}))
    assert message.network not in client.get(f"{path}{message.pk}/change/").content.decode()
