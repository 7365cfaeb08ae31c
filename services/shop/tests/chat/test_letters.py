"""Nobody there, or somebody gone: what was written reaches them by mail, one letter for a run, each message once."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail as outgoing
from django.db import connection
from shopping import hidden, text

from shop.accounts.export import everything_about
from shop.accounts.farewell import forget
from shop.chat import answering, letters, opening, operations, tidying
from shop.chat.models import Opening, Room
from shop.notifications.delivery import send_due_mail
from shop.notifications.models import Mail

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
SERVICE = "service@bookshop.example"


@pytest.fixture(autouse=True)
def service(settings):
    settings.CONTACT_EMAIL = SERVICE


def due(now) -> int:
    return letters.write_due(lambda: now)


def say(room, said, now):
    operations.say(room.number, text=said, client_id=uuid4(), now=now)


def answer(room, by, said, now):
    """As somebody does who has the talk before their eyes."""
    answering.read(room.number, by=by, upto=1_000)
    answering.answer(room.number, by=by, text=said, client_id=uuid4(), now=now)


def test_nobody_there_and_the_run_is_one_letter_to_customer_service_who_can_simply_answer(begin, order, now):
    room = begin("Where is it?", order=order)
    say(room, "It was due yesterday.", now + timedelta(seconds=30))
    assert due(now + MINUTE) == 0, "perhaps there is more"
    assert [due(now + 2 * MINUTE) for _ in range(2)] == [1, 0]
    send_due_mail(outgoing.get_connection(), lambda: now + 2 * MINUTE)
    (letter,) = outgoing.outbox
    assert (letter.to, letter.reply_to) == ([SERVICE], [order.email])
    assert letter.subject == f"A talk waits for an answer, order {order.reference}"
    assert "Where is it?" in letter.body and "It was due yesterday." in letter.body
    assert f"/admin/talks/{room.number}/" in letter.body


def test_an_address_of_whatever_length_holds_no_letter_up(make_user, begin, now):
    long = make_user("Lola")
    long.email = f"{'l' * 60}@{'x' * 60}.example.org"
    long.save()
    begin(user=long), begin()
    assert due(now + 2 * MINUTE) == 2
    assert long.email in Mail.objects.get(kind="contact_by_hand").text
    forget(long, now=now)
    assert not Mail.objects.filter(text__contains=long.email).exists()


def test_with_somebody_there_a_letter_only_reminds_after_a_while_of_what_nobody_read(begin, carol, now):
    opening.here(carol, now=now)
    room, read = begin(), begin(email="other@example.org")
    answering.read(read.number, by=carol, upto=1)
    assert due(now + 2 * MINUTE) == 0
    assert due(now + 6 * MINUTE) == 1 and Mail.objects.get().event.startswith(f"chat:{room.number}:")


def test_a_closed_chat_is_told_so_and_becomes_letters_although_somebody_is_there(client, begin, carol, olga, now):
    opening.here(carol, now=now)
    opening.switch(to_open=False, by=olga, now=now)
    assert "The chat is closed right now. What you write reaches us as a letter" in text(client.get("/chat/"))
    begin()
    assert due(now + 2 * MINUTE) == 1
    opening.switch(to_open=True, by=olga, now=now)
    assert opening.reach(now=now) == opening.Reach.LIVE and Opening.objects.get().changed_by == olga.email


def test_with_nobody_named_for_letters_the_talk_waits_at_the_desk(begin, settings, now):
    settings.CONTACT_EMAIL = ""
    room = begin()
    assert due(now + 2 * MINUTE) == 0 and not Mail.objects.exists()
    room.refresh_from_db()
    assert room.is_untaken and room.staff_letter_at is None


def test_a_shopper_is_promised_a_letter_only_where_one_is_written(client, begin, settings, now):
    words = text(client.get("/chat/"))
    assert "What you write reaches us as a letter" in words
    settings.CONTACT_EMAIL = ""
    words = text(client.get("/chat/"))
    assert "What you write waits for us here" in words and "reaches us as a letter" not in words
    room = begin()
    assert due(now + 2 * MINUTE) == 0
    settings.CONTACT_EMAIL = SERVICE
    say(room, "Hello?", now + 3 * MINUTE)
    assert due(now + 5 * MINUTE) == 1
    assert "Where is my book?" in Mail.objects.get().text, "it went in no letter before"


def test_a_colleagues_look_at_anothers_talk_is_no_reading_and_cancels_no_letter(begin, carol, olga, now):
    room = begin()
    answer(room, carol, "I look.", now)
    say(room, "And?", now + MINUTE)
    answering.read(room.number, by=olga, upto=1_000)
    room.refresh_from_db()
    assert room.read_by_staff < room.last and room.staff_letter_at is not None
    assert due(now + timedelta(minutes=10)) == 2, "the answer that was not read, and what nobody read"
    assert Mail.objects.get(to=SERVICE).text.count("And?") == 1
    answering.take(room.number, by=olga, over=carol.pk, now=now)
    answering.read(room.number, by=olga, upto=1_000)
    room.refresh_from_db()
    assert room.read_by_staff == room.last


def test_what_a_shopper_wrote_before_ending_the_talk_still_becomes_a_letter(begin, carol, now):
    room = begin("Cancel it, please.")
    operations.end(room.number, now=now)
    assert due(now + 2 * MINUTE) == 1
    assert all(said in Mail.objects.get().text for said in ("Cancel it, please.", "The talk is closed since."))
    read = begin(email="other@example.org")
    answering.read(read.number, by=carol, upto=1)
    operations.end(read.number, now=now)
    assert due(now + 2 * MINUTE) == 0


def test_with_the_chat_closed_looking_cancels_no_letter_and_answering_does(begin, carol, olga, now):
    opening.switch(to_open=False, by=olga, now=now)
    room, answered = begin(), begin(email="other@example.org")
    for one in (room, answered):
        answering.read(one.number, by=carol, upto=1)
    answering.answer(answered.number, by=carol, text="Tomorrow.", client_id=uuid4(), now=now, upto=1)
    operations.seen(answered.number, now=now + MINUTE)
    operations.read(answered.number, upto=1_000)
    assert due(now + MINUTE) == 2
    assert Mail.objects.get(to=SERVICE).event.startswith(f"chat:{room.number}:")
    assert "Tomorrow." in Mail.objects.get(to="other@example.org").text, "although it was seen: so it was promised"
    answering.read(room.number, by=carol, upto=1)
    room.refresh_from_db()
    assert room.read_by_staff == 1, "the letter has brought it"


def test_a_program_that_follows_the_links_of_a_letter_reads_nothing(client, begin, carol, now):
    room = begin()
    answer(room, carol, "Yes.", now)
    for _ in range(2):
        assert client.get(f"{room.get_absolute_url()}?key={room.link_token}").status_code == 200
    assert due(now + 2 * MINUTE) == 1


def test_presence_ends_with_the_last_sign_of_life_and_with_the_right(carol, now):
    opening.here(carol, now=now)
    assert opening.somebody_is_there(now=now + timedelta(seconds=44))
    assert not opening.somebody_is_there(now=now + timedelta(seconds=45))
    carol.groups.clear()
    assert not opening.somebody_is_there(now=now)


def test_answers_reach_who_has_gone_in_one_letter_and_each_once(begin, carol, order, now):
    room = begin(order=order)
    for second, said in ((0, "It left today."), (20, "By post."), (40, "Two days.")):
        answer(room, carol, said, now + MINUTE + timedelta(seconds=second))
    assert [due(now + 3 * MINUTE) for _ in range(2)] == [1, 0]
    first = Mail.objects.get(to=order.email)
    assert all(said in first.text for said in ("It left today.", "By post.", "Two days."))
    assert room.signed_url in first.text and first.kind == "chat_answers"
    answer(room, carol, "It has arrived.", now + timedelta(hours=1))
    assert due(now + timedelta(hours=2)) == 1
    second = Mail.objects.exclude(pk=first.pk).get(to=order.email)
    assert "It has arrived." in second.text and "By post." not in second.text


def test_who_reads_on_the_page_gets_no_letter(client, begin, carol, now):
    room = begin()
    answer(room, carol, "Yes.", now)
    operations.seen(room.number, now=now + MINUTE)
    assert due(now + MINUTE) == 0, "the page is open: it will be read"
    page = client.get(f"{room.get_absolute_url()}?key={room.link_token}")
    client.post(f"{room.get_absolute_url()}look/", {"upto": hidden(page, "upto")})
    assert due(now + timedelta(hours=1)) == 0


def test_a_run_that_never_pauses_is_mailed_all_the_same(begin, carol, now):
    room = begin()
    for minute in range(13):
        answer(room, carol, f"Part {minute}", now + minute * timedelta(seconds=50))
        due(now + minute * timedelta(seconds=50))
    assert Mail.objects.filter(kind="chat_answers").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_write_one_letter(begin, carol, now):
    room = begin()
    answer(room, carol, "Yes.", now)

    def look():
        due(now + 10 * MINUTE)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mail.objects.get().kind == "chat_answers"


def test_the_talk_comes_by_mail_to_who_asks_once_we_answered(client, begin, carol, now):
    room = begin("Is it <good>?")
    there = room.get_absolute_url()
    client.get(f"{there}?key={room.link_token}")
    assert "once we have answered" in text(client.post(f"{there}mail/", follow=True))
    answer(room, carol, "Very.", now)
    for _ in range(2):
        assert "on its way to gus@example.org" in text(client.post(f"{there}mail/", follow=True))
    letter = Mail.objects.get(kind="chat_transcript")
    assert letter.to == "gus@example.org" and "Is it <good>?" in letter.text and "Is it &lt;good&gt;?" in letter.html
    for number in range(letters.MOST_TRANSCRIPTS):
        answer(room, carol, str(number), now)
        client.post(f"{there}mail/")
    assert Mail.objects.filter(kind="chat_transcript").count() == letters.MOST_TRANSCRIPTS


def test_a_person_who_leaves_takes_the_talks_along_and_had_them_in_their_data(make_user, begin, carol, now):
    anna, bob = make_user("Anna"), make_user("Bob")
    room, other = begin(user=anna), begin(user=bob)
    answer(room, carol, "Yes.", now)
    assert due(now + 10 * MINUTE) == 2
    told = everything_about(anna)
    assert [said["text"] for said in told["talks"][0]["messages"] if said["by"] != "note"] == [
        "Where is my book?",
        "Yes.",
    ]
    assert len(told["letters"]) == 1
    forget(anna, now=now)
    assert list(Room.objects.all()) == [other]
    assert not Mail.objects.filter(text__contains="Yes.").exists()
    assert not Mail.objects.filter(key=anna.email, text__contains="Where").exists()


def test_talks_that_are_over_for_long_are_forgotten(begin, settings, now):
    settings.CHAT_KEEP = timedelta(days=30)
    old, new, going_on = begin(), begin(), begin()
    operations.end(old.number, now=now - timedelta(days=31))
    operations.end(new.number, now=now - timedelta(days=29))
    assert [tidying.purge(now=now) for _ in range(2)] == [1, 0]
    assert set(Room.objects.all()) == {new, going_on}
