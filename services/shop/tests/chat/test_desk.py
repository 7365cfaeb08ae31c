"""Employees answer at the desk; who may not, or not any more, neither reads nor writes, and nobody finds another's talk."""

import re
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from shopping import hidden, text

from shop.chat import answering, opening, operations, rights
from shop.chat.models import CannedAnswer, Presence, Room, Side
from shop.chat.states import State
from shop.notifications.models import Mail
from shop.orders.models import Parcel

pytestmark = pytest.mark.django_db

DESK = "/admin/talks/"


@pytest.fixture
def desk(browser, carol):
    return browser(carol)


def act(browser, room, step, **sent):
    return browser.post(f"{DESK}{room.number}/{step}/", sent, follow=True)


def answer(browser, room, said):
    page = browser.get(f"{DESK}{room.number}/")
    return act(browser, room, "answer", text=said, key=hidden(page, "key"), upto=hidden(page, "upto"))


def test_a_talk_is_taken_answered_and_closed_and_the_shopper_reads_it(client, desk, begin):
    room = begin()
    page = text(desk.post(f"{DESK}here/", follow=True))
    assert "1 new" in page and "At the desk: Carol." in page
    assert "You have this talk." in text(page := act(desk, room, "take"))
    act(desk, room, "look", upto=hidden(page, "upto"))
    assert "1 new" not in text(desk.get(DESK)), "it was read"
    answer(desk, room, "On its way.")
    assert "Closed." in text(act(desk, room, "close"))
    page = text(client.get(f"{room.get_absolute_url()}?key={room.link_token}"))
    assert "Carol is here for you." in page and "On its way." in page and "Carol closed the talk." in page
    assert "You have this talk." in text(act(desk, room, "reopen"))
    assert "carol@example.org" not in page


def test_the_desk_tells_who_waits_unless_the_employee_chose_otherwise(desk, browser, bob):
    assert " data-tells>" in desk.get(DESK).content.decode()
    page = desk.get("/account/letters/")
    assert 'name="talks"' in page.content.decode()
    desk.post("/account/letters/", {"digest": "on"})
    assert " data-tells>" not in desk.get(DESK).content.decode()
    assert 'name="talks"' not in browser(bob).get("/account/letters/").content.decode(), "he may not answer"


def test_an_employee_without_a_name_is_not_called_by_an_address(client, agent, browser, begin):
    room, nameless = begin(), agent("Nobody")
    nameless.name = ""
    nameless.save()
    answer(browser(nameless), room, "Yes.")
    page = text(client.get(f"{room.get_absolute_url()}?key={room.link_token}"))
    assert "Somebody of us is here for you." in page and "Bookshop Yes." in page and nameless.email not in page


def test_while_another_has_it_nobody_answers_without_taking_it_over(desk, browser, carol, chris, begin):
    room, other = begin(), browser(chris)
    answer(desk, room, "Mine.")
    page = text(other.get(f"{DESK}{room.number}/"))
    assert "Take it over first" in page and "Send the answer" not in page
    refused = act(other, room, "answer", text="No, mine.", key=uuid4())
    assert refused.status_code == 409 and "Carol has this talk." in text(refused) and "No, mine." in text(refused)
    act(other, room, "close")
    room.refresh_from_db()
    assert (room.state, room.taken_by) == (State.ACTIVE, carol)
    assert "Carol has this talk." in text(act(other, room, "take")), "as the page does not say whose it was"
    assert "You have this talk." in text(act(other, room, "take", over=carol.pk))
    assert answer(other, room, "Now mine.").status_code == 200
    assert list(room.messages.filter(side=Side.STAFF).values_list("text", flat=True)) == ["Mine.", "Now mine."]


def test_an_answer_sent_twice_is_one_and_one_that_is_none_is_refused(desk, begin):
    room, key = begin(), uuid4()
    for _ in range(2):
        act(desk, room, "answer", text="Yes.", key=key)
    assert room.messages.filter(side=Side.STAFF).count() == 1
    assert act(desk, room, "answer", text="  ", key=uuid4()).status_code == 400
    assert act(desk, room, "take", over="x").status_code == 200


def test_a_canned_answer_is_put_into_the_field_and_not_sent(desk, begin):
    room, canned = begin(), CannedAnswer.objects.create(title="Late", text="Hello {name}, we are sorry.")
    for chosen, is_there in ((canned.pk, True), ("9" * 18, False), ("x", False)):
        page = desk.get(f"{DESK}{room.number}/?canned={chosen}").content.decode()
        assert ("Hello Gus, we are sorry.</textarea>" in page) == is_there
        assert 'data-text="Hello Gus, we are sorry."' in page, "a page with JavaScript puts it where the cursor is"
    assert room.messages.count() == 1


def test_the_demonstration_has_canned_answers_and_keeps_what_the_office_made_of_them(settings):
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo_answers", verbosity=0)
    settings.DEMO = True
    call_command("demo_answers", stdout=StringIO())
    assert all("{name}" in canned.text for canned in CannedAnswer.objects.all())
    CannedAnswer.objects.filter(title="Hello").delete()
    call_command("demo_answers", stdout=StringIO())
    assert CannedAnswer.objects.get().title == "On its way"


def test_order_parcels_and_letters_stand_beside_it_for_who_may_see_them(desk, browser, make_user, begin, order):
    line = order.lines.get()
    line.shipped = 1
    line.save()
    Parcel.objects.create(
        order=order, number=1, carrier="Post", tracking="T-77", contents={"1": 1}, price=1, sent_at=order.placed_at
    )
    due = {"next_at": order.placed_at, "created_at": order.placed_at}
    Mail.objects.create(
        key=str(order.number), event="e", kind="k", message_id="<1@x>", to="a@b.c", subject="Sent!", **due
    )
    room = begin(order=order)
    page = text(desk.get(f"{DESK}{room.number}/"))
    assert all(there in page for there in (order.reference, "T-77", "Sent!", "€12.50", line.title))
    plain = make_user("Pat", is_staff=True)
    plain.user_permissions.add(Permission.objects.get(codename="view_room"))
    page = text(browser(plain).get(f"{DESK}{room.number}/"))
    assert "Where is my book?" in page
    assert not any(there in page for there in ("T-77", "Sent!", "€12.50", line.title, "Send the answer"))


def test_the_desk_asks_as_often_whatever_there_is(desk, begin, order, statements):
    def count():
        return [statements(lambda: desk.get(path)) for path in (DESK, f"{DESK}{room.number}/")]

    room = begin(order=order)
    count()
    few = count()
    for _ in range(4):
        begin(email=f"{uuid4()}@example.org")
    answer(desk, room, "Yes.")
    desk.get(f"{DESK}{room.number}/")
    assert count() == few


def test_a_shoppers_list_asks_as_often_whatever_there_is(browser, alice, begin, statements):
    begin(user=alice)
    shopper = browser(alice)
    shopper.get("/chat/")
    few = statements(lambda: shopper.get("/chat/"))
    for _ in range(3):
        begin(user=alice)
    assert statements(lambda: shopper.get("/chat/")) == few


def test_a_talk_whose_holder_has_left_waits_for_everybody(desk, browser, olga, carol, begin, now):
    room = begin()
    answer(desk, room, "I look.")
    send = {"text": "And?", "client_id": uuid4(), "now": timezone.now()}
    operations.say(room.number, **send)
    assert lists(desk) == ([], [room]), "she is at the desk"
    opening.gone(carol)
    assert lists(desk) == ([room], [])
    owner = browser(olga)
    assert "has this talk, and is not at the desk." in text(owner.get(f"{DESK}{room.number}/"))
    assert "1 new" in text(owner.get(DESK)), "a look is no answer"
    assert "1 talk that waits for an answer" in text(owner.get("/admin/"))
    assert str(room.number) in owner.get("/admin/chat/room/?waiting=yes").content.decode()
    answering.take(room.number, by=olga, over=carol.pk, now=now)
    answering.answer(room.number, by=olga, text="It left.", client_id=uuid4(), now=now)
    assert lists(owner) == ([], [room]), "answered: the shopper's turn"


def lists(browser) -> tuple[list[Room], list[Room]]:
    board = browser.get(DESK).context["board"]
    return board["waiting"], board["active"]


def test_the_desk_says_that_the_chat_is_closed_where_it_is_answered(desk, olga, begin, settings, now):
    room = begin()
    assert "The chat is closed" not in text(desk.get(f"{DESK}{room.number}/"))
    opening.switch(to_open=False, by=olga, now=now)
    page = text(desk.get(f"{DESK}{room.number}/"))
    assert "The chat is closed: what the shopper writes waits at the desk" in page
    settings.CONTACT_EMAIL = "service@bookshop.example"
    assert "what the shopper writes becomes letters, and answers go by e-mail." in text(
        desk.get(f"{DESK}{room.number}/")
    )
    assert "What shoppers write becomes letters." in text(desk.get(DESK))


def test_who_only_looks_neither_reads_nor_is_there(browser, make_user, begin):
    room, plain = begin(), make_user("Pat", is_staff=True)
    plain.user_permissions.add(Permission.objects.get(codename="view_room"))
    act(browser(plain), room, "look", upto=1)
    browser(plain).post(f"{DESK}here/")
    room.refresh_from_db()
    assert room.read_by_staff == 0 and not Presence.objects.exists()


def test_who_may_not_answer_any_more_neither_reads_nor_writes(desk, carol, begin):
    room = begin()
    act(desk, room, "take")
    assert rights.any_employee("%s", carol.pk)
    carol.groups.clear()
    assert not rights.any_employee("%s", carol.pk)
    assert [desk.get(path).status_code for path in (DESK, f"{DESK}{room.number}/")] == [403, 403]
    for step in ("take", "answer", "close", "reopen"):
        assert act(desk, room, step, text="Still here", key=uuid4()).status_code == 403, step
    assert desk.post(f"{DESK}switch/", {"to": "closed"}).status_code == 403
    room.refresh_from_db()
    assert room.messages.count() == 2 and room.state == State.ACTIVE and opening.is_open()


def test_agents_see_whether_the_chat_is_open_and_only_those_of_its_line_switch_it(desk, browser, olga):
    assert "Close the chat" not in text(desk.get(DESK))
    assert desk.post(f"{DESK}switch/", {"to": "closed"}).status_code == 403 and opening.is_open()
    page = browser(olga).post(f"{DESK}switch/", {"to": "closed"}, follow=True)
    assert "The chat is closed." in text(page) and not opening.is_open()
    browser(olga).post(f"{DESK}switch/", {"to": "open"})
    assert opening.is_open()


def test_nobody_finds_a_talk_that_is_not_theirs(client, browser, alice, bob, order, begin):
    """L28"""
    rooms = [begin(user=alice), begin(order=order), begin()]
    keys = [room.link_token for room in rooms]
    for one in (client, browser(bob)):
        for room, wrong in zip(rooms, [*keys[1:], keys[0]]):
            there = room.get_absolute_url()
            asked = [one.get(there), one.get(f"{there}?key={wrong}"), one.get(f"{there}?key=")]
            asked += [one.post(f"{there}{step}/", {"text": "x", "key": uuid4()}) for step in ("say", "end", "mail")]
            assert [answer.status_code for answer in asked] == [404] * 6
        assert one.get(f"/chat/?order={order.number}").status_code == 404
        assert one.post(f"/chat/?order={order.number}", {"text": "x", "key": uuid4()}).status_code == 404
        assert "Your talks" not in text(one.get("/chat/"))
    shopper = browser(alice)
    found = [shopper.get(room.get_absolute_url()).status_code for room in rooms]
    assert found == [200, 200, 404] and not any(room.messages.count() > 1 for room in rooms)
    unknown = [shopper.get(f"/chat/{uuid4()}/"), shopper.get("/chat/?order=x"), client.get(f"{DESK}{uuid4()}/")]
    assert [answer.status_code for answer in unknown] == [404, 404, 302]


def test_the_key_of_anothers_form_begins_nothing(browser, alice, bob, begin):
    room = begin(user=alice)
    sent = {"text": "Mine?", "key": room.key, "website": ""}
    assert browser(bob).post("/chat/", sent).status_code == 409
    assert Room.objects.count() == 1 and room.messages.count() == 1


def test_who_holds_the_letters_link_finds_the_talk_again_and_a_guest_by_the_orders_link(client, begin, order):
    about, general = begin(order=order), begin()
    assert client.get(f"{general.get_absolute_url()}?key={general.link_token}").status_code == 200
    client.get(f"{order.get_absolute_url()}?key={order.link_token}")
    listed = client.get("/chat/").content.decode()
    assert {str(about.number), str(general.number)} == set(re.findall(r'href="/chat/([0-9a-f-]{36})/"', listed))


def test_a_session_that_is_over_is_nobodys(client, alice, begin, now):
    client.force_login(alice)
    key = client.session.session_key
    assert rights.shopper_in(key, now=now).sees(begin(user=alice))
    alice.is_active = False
    alice.save()
    assert rights.shopper_in(key, now=now) is None and rights.shopper_in("", now=now) is None


def test_nothing_is_written_without_the_forms_token(alice, begin):
    room, one = begin(user=alice), Client(enforce_csrf_checks=True)
    one.force_login(alice)
    assert one.post(f"{room.get_absolute_url()}say/", {"text": "x", "key": uuid4()}).status_code == 403
