"""What waits, in one letter a day: to those of the staff who want it, of what they may see, once whatever stops it."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from live_clients import new_order

from shop.accounts.models import User
from shop.notifications import choices
from shop.notifications.choices import Reader
from shop.notifications.models import Digest, Mail
from shop.orders.models import OrderLine
from shop.outbox.models import OutboxMessage
from shop.returns.models import Return
from shop.staff import digest
from shop.staff.roles import CONTENT, DISPATCHERS

SEVEN = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
NO_LETTERS = digest.Written(None)


@pytest.fixture
def waiting(alice, make_book, db):
    """An order that is short of a copy and needs attention, a return, and a message that the store refused."""
    order = new_order(alice)
    order.attention, order.placed_at = "A refund was refused.", SEVEN - timedelta(days=3)
    order.save()
    OrderLine.objects.create(
        order=order,
        position=1,
        book=make_book(1),
        isbn13="1",
        title="Emma",
        list_price=1,
        unit_price=1,
        quantity=2,
        short=1,
    )
    Return.objects.create(number=order.number, order=order, why="other", asked_at=SEVEN - timedelta(days=2))
    OutboxMessage.objects.create(
        topic="order placed", key="1", body={}, state="refused", next_at=SEVEN, created_at=SEVEN
    )
    return order


def who_wants_it(role_or_user) -> User:
    choices.choose(Reader(role_or_user.pk), {"digest": True}, now=SEVEN)
    return role_or_user


def test_it_comes_once_a_day_at_its_hour_to_who_wants_it_and_says_what_waits(waiting, olga, make_user, settings):
    settings.DIGEST_HOUR, settings.DIGEST_TIME_ZONE = 8, "Europe/Berlin"
    make_user("Otto", is_staff=True, is_superuser=True)  # has not chosen it
    who_wants_it(olga)
    assert digest.write_due(now=SEVEN - timedelta(seconds=1)) == NO_LETTERS, "not yet eight in Berlin"
    assert digest.write_due(now=SEVEN).letters == 1
    assert digest.write_due(now=SEVEN + timedelta(hours=5)) == NO_LETTERS
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (olga.email, "What waits at Bookshop, 27 November 2026")
    for words in (
        waiting.reference,
        "placed 3 days ago",
        "1 copy of “Emma”",
        "A refund was refused.",
        "1 message that the store",
    ):
        assert words in mail.text, words
    assert (
        "Returns that wait" in mail.text and "Stuck between shop and store" in mail.text and mail.stop_url in mail.text
    )
    assert digest.write_due(now=SEVEN + timedelta(days=1)).letters == 1


def test_each_sees_what_they_may_see_and_who_sees_nothing_hears_nothing(waiting, olga, person_in):
    dispatcher, content = person_in(DISPATCHERS), person_in(CONTENT)
    for user in (olga, dispatcher, content):
        who_wants_it(user)
    assert digest.write_due(now=SEVEN).letters == 2, "no review waits for the content manager"
    letter = Mail.objects.get(to=dispatcher.email).text
    assert waiting.reference in letter and "1 copy of “Emma”" in letter
    assert not any(words in letter for words in ("refused", "Returns", "Stuck", "Alice"))


def test_nothing_waits_nothing_comes_and_the_day_is_done_all_the_same(olga, monkeypatch):
    monkeypatch.setattr(digest, "look", lambda now: type("Report", (), {"troubled": []}))
    who_wants_it(olga)
    assert digest.write_due(now=SEVEN).letters == 0
    assert digest.write_due(now=SEVEN) == NO_LETTERS and not Mail.objects.exists()


def test_who_is_no_staff_any_more_hears_nothing_and_cannot_choose_it(waiting, olga, client):
    who_wants_it(olga)
    client.force_login(olga)
    assert 'name="digest"' in client.get("/account/letters/").content.decode()
    User.objects.filter(pk=olga.pk).update(is_staff=False)
    assert 'name="digest"' not in client.get("/account/letters/").content.decode()
    assert digest.write_due(now=SEVEN) == NO_LETTERS


def test_a_day_that_nobody_wanted_to_hear_of_is_told_to_who_asks_for_it_later(waiting, olga):
    assert digest.write_due(now=SEVEN) == NO_LETTERS
    out = StringIO()
    call_command("digest", "send", stdout=out)
    assert out.getvalue() == "Nobody has asked for them.\n" and not Digest.objects.exists()
    who_wants_it(olga)
    assert digest.write_due(now=SEVEN).letters == 1


def test_who_is_stopped_in_between_has_done_nothing_and_the_next_does_all_of_it(waiting, olga, monkeypatch):
    who_wants_it(olga)
    with monkeypatch.context() as broken:
        broken.setattr(digest, "write_all", lambda letters: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            digest.write_due(now=SEVEN)
    assert not Digest.objects.exists() and not Mail.objects.exists()
    assert digest.write_due(now=SEVEN).letters == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_one_letter(waiting, olga):
    who_wants_it(olga)
    gate, came = threading.Barrier(2), []

    def work():
        try:
            gate.wait(30)
            came.append(digest.write_due(now=SEVEN).letters)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came, key=bool) == [None, 1] and Mail.objects.count() == 1


def test_the_command_shows_it_and_sends_it_now_once(waiting, olga, person_in):
    def run(*arguments):
        out = StringIO()
        call_command("digest", *arguments, stdout=out)
        return out.getvalue()

    dispatcher = person_in(DISPATCHERS)
    assert "Stuck between" in run("show") and "Stuck between" not in run("show", dispatcher.email)
    assert not Digest.objects.exists()
    who_wants_it(olga)
    assert run("send") == "1 letter written.\n"
    assert run("send") == "The letters of today were written before.\n"
    assert digest.write_due(now=timezone.now()) == NO_LETTERS
    with pytest.raises(CommandError, match="no member of the staff"):
        run("show", "nobody@example.org")
