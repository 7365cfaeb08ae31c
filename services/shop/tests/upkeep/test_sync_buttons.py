"""Each button of the sync page: what it does, that it asks first where it must, who may not press it, and who did."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from fake_store import book_row
from shopping import text

from shop.catalogue.models import Book
from shop.notifications.models import Mail
from shop.notifications.operations import write_rendered_mail
from shop.outbox.models import OutboxMessage
from shop.storelink.models import Feed, SetAside
from shop.upkeep.diary import MARK

pytestmark = pytest.mark.django_db

PAGE = "/admin/sync/"
REASON = {"reason": "The customer was reached by phone."}


@pytest.fixture
def rings(monkeypatch):
    """What the worker was woken for."""
    heard = []

    class Ear:
        def ring(self, topic):
            heard.append(topic.name)

    from shop import bell

    monkeypatch.setattr(bell, "_bell", Ear())
    return heard


@pytest.fixture
def letter():
    write_rendered_mail(
        event="one", kind="test", key="k", to="alice@example.org", subject="Hello", text="Hi", now=timezone.now()
    )
    Mail.objects.update(state="refused", last_error="550 no such mailbox")
    return Mail.objects.get()


def done() -> list[str]:
    return [entry.change_message.removeprefix(MARK) for entry in LogEntry.objects.order_by("id")]


def test_books_are_read_now_and_what_came_of_it_is_told(owner, olga, store):
    store.tell(book_row(1), book_row(2))
    assert "2 rows read, 2 changed." in text(owner.post(f"{PAGE}read/books/", follow=True))
    assert Book.objects.count() == 2
    entry = LogEntry.objects.get()
    assert entry.user == olga and "read now" in entry.change_message
    assert "olga@example.org: Feed of Books: read now" in text(owner.get(PAGE))


def test_statuses_are_read_now(owner, place, deliver, store):
    order = place()
    deliver()
    store.move(order.number, "packing")
    assert "2 rows read" in text(owner.post(f"{PAGE}read/orders/", follow=True))
    order.refresh_from_db()
    assert order.state == "packing"


def test_a_store_that_is_away_is_told_at_once(owner, settings, tmp_path):
    (tmp_path / "token").write_text("t")
    settings.STORE_URL, settings.STORE_TOKEN_FILE = "http://127.0.0.1:9", str(tmp_path / "token")
    page = text(owner.post(f"{PAGE}read/books/", follow=True))
    assert "cannot be reached" in page or "could not be reached" in page or "Connection" in page, page
    assert Feed.objects.get(name="books").last_error


def test_a_mass_retirement_is_accepted_after_a_question(owner, store, make_book):
    store.tell(*[book_row(pk) for pk in range(1, 61)])
    owner.post(f"{PAGE}read/books/")
    store.tell(*[book_row(pk, version=2, retired=True) for pk in range(1, 41)])
    assert "would be retired" in text(owner.post(f"{PAGE}read/books/", follow=True))
    assert Book.objects.listed().count() == 60
    question = text(owner.get(f"{PAGE}accept/"))
    assert "40 of 60 books would be retired" in question and "Yes, accept" in question
    assert Book.objects.listed().count() == 60, "asking changes nothing"
    assert "40 rows read, 40 changed." in text(owner.post(f"{PAGE}accept/", follow=True))
    assert Book.objects.listed().count() == 20
    assert done()[-1].startswith("mass retirement accepted")


def test_there_is_nothing_to_accept_when_nothing_has_stopped(owner):
    assert "nothing to accept" in text(owner.get(f"{PAGE}accept/", follow=True))


@pytest.mark.django_db(transaction=True)  # a ring comes after the commit
def test_one_row_or_all_are_tried_again_at_once(owner, letter, rings):
    assert "1 letter will be tried again" in text(owner.post(f"{PAGE}try-again/mail/{letter.pk}/", follow=True))
    letter.refresh_from_db()
    assert letter.state == "waiting" and rings == ["MAIL"]
    Mail.objects.update(state="refused")
    assert "1 letter will be tried again" in text(owner.post(f"{PAGE}try-again/mail/", follow=True))
    assert done() == ["tried again", "tried again, with all of its kind: 1"]
    Mail.objects.update(state="given up")
    assert "Nothing to try again" in text(owner.post(f"{PAGE}try-again/mail/", follow=True))


@pytest.mark.django_db(transaction=True)  # a ring comes after the commit
def test_pictures_are_fetched_anew_by_the_worker(owner, make_book, rings):
    make_book(1, picture_sha256="a" * 64, cover_error="no picture")
    assert "1 picture that could not be used" in text(owner.post(f"{PAGE}pictures/", follow=True))
    assert Book.objects.get().cover_error == "" and rings == ["PICTURES"]


def test_a_row_set_aside_is_given_up_with_a_reason_that_stays(owner):
    now = timezone.now()
    SetAside.objects.create(feed="books", key="7", reason="No price.", body={"id": 7}, first_at=now, last_at=now)
    row = SetAside.objects.get()
    address = f"{PAGE}give-up/aside/{row.pk}/"
    assert "No price." in text(owner.get(address))
    assert "Say why" in text(owner.post(address, {"reason": " "}))
    assert SetAside.objects.exists()
    owner.post(address, {"reason": "The book was a test."})
    assert not SetAside.objects.exists()
    assert "The book was a test." in done()[0] and "'id': 7" in done()[0]


POSTED = [
    "read/books/",
    "read/orders/",
    "accept/",
    "try-again/mail/",
    "try-again/message/",
    "try-again/refund/",
    "try-again/mail/{mail}/",
    "give-up/mail/{mail}/",
    "pictures/",
    "compare/",
    "repair/",
    "dead-letters/",
    "dead-letters/throw-away/",
]


@pytest.mark.parametrize("path", POSTED)
def test_nobody_else_presses_a_button(client, customer, onlooker, letter, store, path):
    address = PAGE + path.format(mail=letter.pk)
    before = Mail.objects.values().get()
    assert client.post(address, REASON).status_code == 302, "to the log-in"
    assert customer.post(address, REASON, follow=True).status_code == 403
    assert onlooker.post(address, REASON).status_code == 403
    assert Mail.objects.values().get() == before
    assert not (LogEntry.objects.exists() or store.requests)


@pytest.mark.parametrize("path", POSTED)
def test_no_button_can_be_pressed_from_another_site(olga, letter, store, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(olga)
    assert browser.post(PAGE + path.format(mail=letter.pk), REASON).status_code == 403
    assert not (LogEntry.objects.exists() or store.requests)


@pytest.mark.parametrize("path", ["read/books/", "try-again/mail/", "pictures/"])
def test_looking_at_an_address_changes_nothing(owner, path):
    assert owner.get(PAGE + path).status_code == 405


@pytest.mark.parametrize("path", ["try-again/letter/", "give-up/letter/1/", "give-up/mail/999/", "try-again/mail/999/"])
def test_what_is_not_there_is_not_found(owner, path):
    assert owner.post(PAGE + path, REASON).status_code == 404


def test_every_form_of_the_page_carries_its_token(owner, letter):
    html = owner.get(PAGE).content.decode()
    forms = re.findall(r'<form method="post".*?</form>', html, re.DOTALL)
    assert len(forms) >= 4 and all("csrfmiddlewaretoken" in form for form in forms)


@pytest.mark.django_db(transaction=True)  # a ring comes after the commit
def test_a_message_of_an_order_is_tried_again(owner, place, rings):
    place()
    OutboxMessage.objects.update(state="refused")
    owner.post(f"{PAGE}try-again/message/{OutboxMessage.objects.get().pk}/")
    assert OutboxMessage.objects.get().state == "waiting" and "OUTBOX" in rings


def test_both_sides_are_compared_and_repaired_after_a_look(owner, store, make_book):
    store.tell(book_row(1, free=7))
    owner.post(f"{PAGE}read/books/")
    assert "nothing to repair" in text(owner.get(f"{PAGE}repair/", follow=True))
    Book.objects.update(store_free=99)
    assert "1 row differs" in text(owner.post(f"{PAGE}compare/", follow=True))
    assert Book.objects.get().store_free == 99, "comparing changes nothing"
    assert "99 free here, 7 in the store" in text(owner.get(f"{PAGE}repair/"))
    assert Book.objects.get().store_free == 99, "asking changes nothing"
    assert "Both sides agree." in text(owner.post(f"{PAGE}repair/", follow=True))
    assert Book.objects.get().store_free == 7
    assert done()[-2:] == ["compared: 1 row differing, 0 repaired", "repaired: 1 row differing, 1 repaired"]


def test_a_comparison_with_a_store_that_is_away_says_why(owner, store):
    store.faults.extend(["500"] * 9)
    assert "could not be read to its end" in text(owner.post(f"{PAGE}compare/", follow=True))
