"""Shoppers talk to us: what is written is kept once, in order, as text, and the history stays."""

import threading
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from shopping import hidden, text

from shop.chat import answering, limits, operations, queries
from shop.chat.models import Message, Room, Side
from shop.chat.states import MOVES, TABLE, IllegalMove, State
from shop.contact.operations import TooMany

pytestmark = pytest.mark.django_db


def words(room) -> list[str]:
    return [message.text for message in room.messages.exclude(side=Side.NOTE).order_by("position")]


def write(browser, page, **changes):
    """This function will send the form of a page, filled in."""
    return browser.post(page.wsgi_request.get_full_path(), {"key": hidden(page, "key"), "website": "", **changes})


def send(browser, there: str, said: str, key=None):
    return browser.post(f"{there}say/", {"text": said, "key": key or str(uuid4())})


def test_a_visitor_without_an_order_gives_an_address_and_talks(client):
    page = client.get("/chat/")
    assert "Nobody of us is here right now" in text(page)
    answer = write(client, page, text="Do you have maps?", email="Gus@Example.org", name="Gus")
    assert answer.status_code == 302
    talk = client.get(answer.url)
    assert "Do you have maps?" in text(talk) and "It goes to gus@example.org." in text(talk)
    send(client, answer.url, "Of Rome?")
    room = Room.objects.get()
    assert (words(room), room.state, room.email) == (
        ["Do you have maps?", "Of Rome?"],
        State.WAITING,
        "gus@example.org",
    )
    assert "Your talks" in text(client.get("/chat/"))


def test_without_an_address_there_is_nowhere_to_answer_to(client):
    answer = write(client, client.get("/chat/"), text="Hello", email="")
    assert answer.status_code == 400 and "Please fill in: E-mail address." in text(answer) and "Hello" in text(answer)
    assert not Room.objects.exists()


def test_an_order_has_one_talk_reached_from_its_page(client, alice, order):
    client.force_login(alice)
    assert f'href="/chat/?order={order.number}"' in client.get(order.get_absolute_url()).content.decode()
    page = client.get(f"/chat/?order={order.number}")
    assert f"about order {order.reference}" in text(page) and 'name="email"' not in page.content.decode()
    answer = write(client, page, text="Where is it?")
    assert Room.objects.get().order == order and Room.objects.get().address == order.email
    assert client.get(f"/chat/?order={order.number}").url == answer.url, "there is one, and it goes on there"


def test_the_form_and_the_message_sent_twice_are_there_once(client):
    page = client.get("/chat/")
    first, again = (write(client, page, text="Hello", email="gus@example.org") for _ in range(2))
    assert first.url == again.url
    key = str(uuid4())
    for _ in range(2):
        assert send(client, first.url, "Are you there?", key).status_code == 302
    assert words(Room.objects.get()) == ["Hello", "Are you there?"]


@pytest.mark.parametrize(
    "said", ["", "  \n ", "x" * 2001, "\U0001f4da" * 1100, "a\0b", "a\x1bb", "a\x85b", "\u200b\u2060\ufeff"]
)
def test_what_is_no_message_is_refused_with_what_to_do(client, begin, said):
    room = begin()
    answer = client.post(f"{room.signed_url.partition('8000')[2].partition('?')[0]}say/", {"text": said})
    assert answer.status_code == 404, "not theirs yet"
    client.get(f"{room.get_absolute_url()}?key={room.link_token}")
    answer = send(client, room.get_absolute_url(), said)
    assert answer.status_code == 400 and "Please" in text(answer)
    assert len(words(room)) == 1


def test_who_was_logged_out_meanwhile_keeps_what_they_wrote_and_is_led_to_the_log_in(client, alice, begin):
    room = begin(user=alice)
    there = room.get_absolute_url()
    answers = [send(client, one, "I was still here </textarea>") for one in (there, f"/chat/{uuid4()}/")]
    for answer in answers:
        assert answer.status_code == 404 and "I was still here &lt;/textarea&gt;" in answer.content.decode()
    assert f'href="/accounts/login/?next={quote(there, safe="")}"' in answers[0].content.decode()
    assert text(answers[0]) == text(answers[1]), "nobody learns whether there is such a talk"
    assert words(room) == ["Where is my book?"]


def test_times_are_told_by_the_shops_clock_and_what_comes_later_is_told_by_the_same(
    alice, begin, carol, browser, settings
):
    settings.TIME_ZONE = "Asia/Tokyo"  # which knows no summer time
    room = begin(user=alice)
    for person, address in ((alice, room.get_absolute_url()), (carol, f"/admin/talks/{room.number}/")):
        page = browser(person).get(address).content.decode()
        assert "21 November, 19:00 JST" in page and 'data-zone="Asia/Tokyo" data-zone-name="JST"' in page


def test_markup_is_shown_and_not_obeyed(client, begin, carol, browser):
    room = begin("<script>alert(1)</script> {{ settings }}")
    for page in (
        client.get(f"{room.get_absolute_url()}?key={room.link_token}"),
        browser(carol).get(f"/admin/talks/{room.number}/"),
    ):
        assert "<script>alert" not in page.content.decode() and "&lt;script&gt;alert" in page.content.decode()


def test_nobody_writes_faster_than_a_person(begin, now, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 3)
    room = begin()
    for second in (1, 2):
        operations.say(room.number, text="More", client_id=uuid4(), now=now + timedelta(seconds=second))
    with pytest.raises(limits.TooFast):
        operations.say(room.number, text="More", client_id=uuid4(), now=now + timedelta(seconds=3))
    operations.say(room.number, text="More", client_id=uuid4(), now=now + timedelta(seconds=11))
    assert len(words(room)) == 4


def test_nobody_begins_talk_after_talk(begin):
    for _ in range(5):
        begin()
    with pytest.raises(TooMany):
        begin()
    begin(email="other@example.org")


def test_of_many_messages_the_newest_are_shown_and_none_is_skipped_after_a_position(begin, now):
    room = begin("1")
    for number in range(2, 8):
        operations.say(room.number, text=str(number), client_id=uuid4(), now=now)
    assert [message.text for message in queries.messages_since(room, 4)] == ["5", "6", "7"]
    assert [message.text for message in queries.messages_since(room, most=2)] == ["6", "7"]


def test_what_is_unread_is_counted_and_survives_a_reload(client, begin, carol, now):
    room = begin()
    client.get(f"{room.get_absolute_url()}?key={room.link_token}")
    for said in ("Yes.", "It left today."):
        answering.answer(room.number, by=carol, text=said, client_id=uuid4(), now=now)
    for _ in range(2):
        assert "2 new" in text(client.get("/chat/"))
    page = client.get(room.get_absolute_url())
    assert "It left today." in text(page)
    client.post(f"{room.get_absolute_url()}look/", {"upto": hidden(page, "upto")})
    assert "new" not in text(client.get("/chat/")).partition("Your talks")[2]
    operations.read(room.number, upto=1)
    assert queries.unread(Room.objects.get(), Side.SHOPPER) == 0, "it never goes back"
    assert queries.unread(Room.objects.get(), Side.STAFF) == 1


def test_a_closed_talk_opens_again_when_its_shopper_writes(client, begin, carol, now):
    room = begin()
    answering.answer(room.number, by=carol, text="Yes.", client_id=uuid4(), now=now)
    answering.close(room.number, by=carol, now=now)
    client.get(f"{room.get_absolute_url()}?key={room.link_token}")
    assert "Carol closed the talk." in text(client.get(room.get_absolute_url()))
    send(client, room.get_absolute_url(), "One more thing")
    room.refresh_from_db()
    assert (room.state, room.taken_by, room.closed_at) == (State.REOPENED, None, None)
    client.post(f"{room.get_absolute_url()}end/")
    room.refresh_from_db()
    assert room.state == State.CLOSED


def made(room, move, carol, chris, now):
    """This function will bring a talk to where a move begins, and make it."""
    if move.source in (State.ACTIVE, State.CLOSED, State.REOPENED):
        answering.take(room.number, by=carol, now=now)
    if move.source in (State.CLOSED, State.REOPENED):
        answering.close(room.number, by=carol, now=now)
    if move.source == State.REOPENED:
        operations.say(room.number, text="Again", client_id=uuid4(), now=now)
    if move.by == "employee":
        act = {State.CLOSED: answering.close, State.REOPENED: answering.reopen}.get(move.target)
        over = {"over": carol.pk, "by": chris} if move.source == State.ACTIVE == move.target else {"by": carol}
        (act or answering.take)(room.number, **over, now=now)
    elif move.target == State.CLOSED:
        operations.end(room.number, now=now)
    elif move.source:
        operations.say(room.number, text="More", client_id=uuid4(), now=now)


@pytest.mark.parametrize("move", TABLE, ids=lambda move: f"{move.source}-{move.target}-{move.by}")
def test_every_move_of_a_talk_is_made(begin, carol, chris, now, move):
    room, seen = begin(), []
    move_to = Room.move_to
    Room.move_to = lambda self, state, **at: (seen.append((self.state, state)), move_to(self, state, **at))[1]
    try:
        made(room, move, carol, chris, now)
    finally:
        Room.move_to = move_to
    assert (move.source, move.target) in [(None, State.WAITING), *seen]


def test_no_other_move_is_possible(now):
    for source in State:
        for target in set(State) - MOVES[source]:
            with pytest.raises(IllegalMove):
                Room(state=source).move_to(target, at=now)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_numbered_without_a_gap_and_each_once(begin, now):
    room, ids = begin(), [uuid4() for _ in range(4)]

    def one(client_id):
        operations.say(room.number, text=str(client_id), client_id=client_id, now=now)
        connection.close()

    at_once([lambda client_id=client_id: one(client_id) for client_id in ids * 2])
    assert list(Message.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert {str(each) for each in ids} == set(words(room)[1:])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_talk_at_once_one_has_it(begin, carol, chris, now):
    room, refused = begin(), []

    def one(by):
        try:
            answering.take(room.number, by=by, now=now)
        except answering.Taken:
            refused.append(by)
        connection.close()

    at_once([lambda by=by: one(by) for by in (carol, chris)])
    room.refresh_from_db()
    assert len(refused) == 1 and room.taken_by in {carol, chris} - set(refused)
    assert room.messages.filter(side=Side.NOTE).count() == 1


def at_once(calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
