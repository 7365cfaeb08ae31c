"""Talks while both sides look on: what is written, who is writing, what was read, who is there, and who may not be."""

import asyncio
import json
import random
import time
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from django.apps import apps
from django.contrib.auth.models import Group
from django.utils import timezone
from live_clients import WITHIN_S, Client, browser_of, serving
from socket_clients import OURS, process

from shop.chat import answering, opening, operations
from shop.chat.facts import Facts
from shop.chat.models import Message, Presence, Room, Side
from shop.chat.standing import WatchTalk
from shop.chat.states import State
from shop.chat.teller import TalkTeller
from shop.live import cutting
from shop.live.hint import Hint
from shop.live.places import Place, Places
from shop.live.streams import Sockets
from shop.orders.queries import SESSION_KEY as ORDERS
from shop.staff.roles import AGENTS


@pytest.fixture
def beat_s():
    return 0.3


@pytest.fixture
def live(transactional_db, settings, monkeypatch, beat_s):
    from shop.chat import teller
    from shop.live import listener
    from shop.staff.groups import set_up

    settings.CSRF_TRUSTED_ORIGINS = [OURS]
    monkeypatch.setattr(teller, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(listener, "BEAT_EVERY_S", beat_s)
    set_up(apps)  # tests that empty all tables took the groups with them
    with process() as one:
        yield one


@pytest.fixture
def talk(alice, begin):
    return begin(user=alice)


def at(live, side, room, browser, *, origin=OURS, after=None):
    """Open the talk's page: its socket, with the cookie of a browser that is logged in."""
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
    return live.open(f"/ws/{side}/{room.pk}/{'' if after is None else f'?after={after}'}", headers=headers)


def say(client, text, client_id=None):
    client.say("say", client_id=str(client_id or uuid4()), text=text)
    return client.hear("kept")


def texts(client):
    return [one["text"] for one in client.heard if one["type"] == "message" and one["side"] != Side.NOTE]


def until(client, condition):
    while not condition(client):
        assert client.hear(), client.closed
    return client


def test_both_sides_talk_and_see_who_writes_what_was_read_and_who_is_there(live, talk, alice, carol):
    hers, desk = at(live, "talks", talk, browser_of(alice)), at(live, "desk", talk, browser_of(carol))
    assert hers.hear("message")["text"] == "Where is my book?"
    until(hers, lambda one: any(told["type"] == "talk" and told["reach"] == "LIVE" for told in one.heard))
    desk.say("writing")
    assert hers.hear("writing") == {"type": "writing", "side": "staff", "name": "Carol"}
    say(desk, "On its way.")
    until(hers, lambda one: texts(one) == ["Where is my book?", "On its way."])
    say(hers, "<b>Thanks</b>")
    until(desk, lambda one: "<b>Thanks</b>" in texts(one))
    assert "writing" not in [told["type"] for told in desk.heard], "nobody hears of their own writing"
    talk.refresh_from_db()
    desk.say("read", upto=talk.last)
    until(hers, lambda one: any(told["type"] == "talk" and told["read_by_staff"] == talk.last for told in one.heard))
    assert talk.state == State.ACTIVE and talk.taken_by == carol and opening.shopper_is_there(talk, now=timezone.now())


def test_who_comes_back_is_told_what_was_missed_and_a_message_sent_twice_is_one(live, talk, alice, carol):
    first = at(live, "talks", talk, browser_of(alice))
    position = first.hear("message")["position"]
    first.leave()
    answering.answer(talk.pk, by=carol, text="We look.", client_id=uuid4(), now=timezone.now())
    back, client_id = at(live, "talks", talk, browser_of(alice), after=position), uuid4()
    until(back, lambda one: texts(one) == ["We look."])
    assert say(back, "Good", client_id) == say(back, "Good", client_id)
    assert Message.objects.filter(room=talk, text="Good").count() == 1


def test_what_a_page_without_a_socket_writes_is_heard_as_well(live, talk, alice):
    client = at(live, "talks", talk, browser_of(alice))
    operations.say(talk.pk, text="By the form.", client_id=uuid4(), now=timezone.now())
    until(client, lambda one: "By the form." in texts(one))
    opening.switch(to_open=False, by=alice, now=timezone.now())
    until(client, lambda one: one.heard[-1].get("reach") == "CLOSED")


def test_what_this_process_wrote_is_told_at_once_in_its_order_and_once():
    room, sockets = uuid4(), Sockets(Places(per_visitor=9, per_address=9, most=9), random.Random(1))
    teller = TalkTeller(sockets, sockets, database=None)
    stream = sockets.open(None, WatchTalk(room, Side.SHOPPER), Place("127.0.0.1"))
    teller.begin_with(room, Facts(5, State.ACTIVE, None, 5, 5, True, "LIVE"))

    def write(position):
        now = timezone.now()
        teller.written(Message(room_id=room, position=position, side=Side.STAFF, client_id=uuid4(), text="", at=now))

    for position in (7, 6, 6, 7, 7, 6):  # the first comes before its time, and is left to the next look
        write(position)
    told = asyncio.run(anext(stream.pieces()))
    assert [json.loads(one)["position"] for one in told] == [6, 7]


def test_nobody_else_is_let_in(live, talk, alice, bob, carol, order, begin, make_user):
    about, guests = begin(order=order), begin()
    opened = browser_of(make_user("Eve"))
    session = opened.session
    session[ORDERS] = [str(order.number)]
    session.save()
    assert at(live, "talks", about, opened).hear(), "who may see the order may see the talk"
    refused = [
        (at(live, "talks", talk, browser_of(bob)), 4404),
        (at(live, "talks", guests, browser_of(alice)), 4404),
        (at(live, "talks", about, browser_of(bob)), 4404),
        (live.open(f"/ws/talks/{talk.pk}/", headers={"Origin": OURS}), 4401),
        (at(live, "desk", talk, browser_of(alice)), 4403),
        (at(live, "desk", talk, browser_of(make_user("Fred", is_staff=True))), 4403),
        (at(live, "talks", talk, browser_of(alice), origin="https://elsewhere.example"), 403),
        (at(live, "talks", talk, browser_of(alice), origin=None), 403),
    ]
    assert [client.end() for client, _ in refused] == [code for _, code in refused]


def test_staff_without_a_second_step_are_not_let_in(live, talk, carol, settings):
    settings.STAFF_TOTP = True
    assert at(live, "desk", talk, browser_of(carol)).end() == 4403


def test_a_right_that_is_over_closes_the_socket_at_the_next_message_or_by_itself(live, talk, alice, carol, chris):
    writes, waits = at(live, "desk", talk, browser_of(carol)), at(live, "desk", talk, browser_of(chris))
    leaves = at(live, "talks", talk, browser := browser_of(alice))
    for client in (writes, waits, leaves):
        client.hear("talk")
    Group.objects.get(name=AGENTS).user_set.clear()
    browser.logout()
    writes.say("say", client_id=str(uuid4()), text="I still write")
    assert [client.end() for client in (writes, waits, leaves)] == [4403] * 3
    assert not Message.objects.filter(text="I still write").exists()


def test_what_is_not_taken_is_said_and_what_is_no_message_ends_it(live, talk, alice, carol, chris):
    client, desk = at(live, "talks", talk, browser_of(alice)), at(live, "desk", talk, browser_of(chris))
    client.say("say", client_id=str(uuid4()), text=" ")
    refused = client.hear("refused")
    assert refused["again"] is False and "write something" in refused["words"]
    answering.take(talk.pk, by=carol, now=timezone.now())
    desk.say("say", client_id=str(uuid4()), text="Mine")
    assert "Carol" in desk.hear("refused")["words"]
    for text in ("a\0b", "half \ud83d"):
        client.say("say", client_id=str(uuid4()), text=text)
        refused = client.hear("refused")
        assert refused["again"] is False and "no text" in refused["words"]
    for fields in ({"text": 1, "client_id": str(uuid4())}, {"text": "x", "client_id": "1"}):
        assert at(live, "talks", talk, browser_of(alice)).say("say", **fields).end() == 4400
    assert client.say("read", upto="1").end() == 4400


def test_a_page_that_has_folded_the_talk_away_hears_of_it_and_is_not_there(live, talk, alice, carol):
    operations_seen = timezone.now() - timedelta(minutes=2)
    Room.objects.filter(pk=talk.pk).update(shopper_seen_at=operations_seen)
    folded = at(live, "talks", talk, browser_of(alice), after="1&folded")
    told = folded.hear("talk")
    answering.answer(talk.pk, by=carol, text="We look.", client_id=uuid4(), now=timezone.now())
    until(folded, lambda one: texts(one) == ["We look."])
    asyncio.run_coroutine_threadsafe(live.live.talks.sign(), live.loop).result(WITHIN_S)
    talk.refresh_from_db()
    assert told["shopper_is_there"] is False and talk.shopper_seen_at == operations_seen


def test_who_has_logged_out_is_not_at_the_desk_although_a_page_is_open(live, talk, carol, monkeypatch):
    from shop.live import listener

    browser = browser_of(carol)
    at(live, "desk", talk, browser).hear("talk")
    assert opening.who_is_there(now=timezone.now()) == [carol]
    monkeypatch.setattr(listener.Listener, "_close_unlawful", lambda self: asyncio.sleep(0))  # the page is still open
    browser.post("/admin/logout/")
    asyncio.run_coroutine_threadsafe(live.live.talks.sign(), live.loop).result(WITHIN_S)
    assert opening.who_is_there(now=timezone.now()) == []


def test_logging_out_leaves_the_desk(carol):
    browser = browser_of(carol)
    opening.here(carol, now=timezone.now())
    browser.post("/admin/logout/")
    assert not Presence.objects.exists()


@pytest.mark.parametrize("beat_s", [3600])
def test_with_redis_who_loses_the_role_hears_nothing_more_from_then_on(live, talk, carol, settings, monkeypatch):
    if not settings.REDIS_URL:
        pytest.skip("no Redis")
    monkeypatch.setattr(cutting, "_hint", Hint(settings.REDIS_URL, cutting.CHANNEL))
    desk = at(live, "desk", talk, browser_of(carol))
    desk.hear("talk")
    deadline = time.monotonic() + WITHIN_S
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        while not client.pubsub_numsub(cutting.CHANNEL)[0][1]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    Group.objects.get(name=AGENTS).user_set.remove(carol)
    assert desk.end() == 4403


def test_nobody_looks_on_while_the_chat_is_closed(live, talk, alice, carol, olga):
    opening.switch(to_open=False, by=olga, now=timezone.now())
    hers, desk = at(live, "talks", talk, browser_of(alice)), at(live, "desk", talk, browser_of(carol))
    assert hers.hear("talk")["reach"] == "CLOSED"
    assert desk.hear("talk")["shopper_is_there"] is False
    desk.say("writing")
    desk.say("read", upto=1)
    say(desk, "Tomorrow.")
    until(hers, lambda one: "Tomorrow." in texts(one))
    assert "writing" not in [told["type"] for told in hers.heard]
    talk.refresh_from_db()
    assert talk.read_by_staff == 0 and talk.staff_letter_at is not None
    desk.say("say", client_id=str(uuid4()), text="Or today.", upto=1)
    desk.hear("kept")
    talk.refresh_from_db()
    assert talk.read_by_staff == 1


def test_employees_hear_at_the_desk_that_somebody_waits(live, alice, carol, begin, order):
    with serving() as served:
        deadline = time.monotonic() + WITHIN_S
        while not served.live.talks._desk:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        cookie = {"Cookie": f"sessionid={browser_of(carol).cookies['sessionid'].value}"}
        desk = Client(served.port, "/sse/desk/", cookie)
        served.clients.append(desk)
        desk.wait_until(lambda one: one.field("event"))
        room = begin(order=order)  # at once: that nobody was there before makes no difference
        desk.wait_until(lambda one: "waiting" in one.field("event"))
        told = json.loads(desk.field("data")[-1])
        assert told["url"] == f"/admin/talks/{room.pk}/" and order.reference in told["words"]
        assert opening.somebody_is_there(now=timezone.now()), "whoever has the desk open"
        cookie = {"Cookie": f"sessionid={browser_of(alice).cookies['sessionid'].value}"}
        assert [Client(served.port, "/sse/desk/", headers).status for headers in (cookie, {})] == [404, 404]
        Group.objects.get(name=AGENTS).user_set.clear()
        desk.wait_until(lambda one: one.is_over)


def test_who_has_a_talk_hears_of_what_its_shopper_wrote_and_the_others_when_they_have_left(live, carol, chris, begin):
    room, other = begin(), begin(email="other@example.org")
    answering.take(room.pk, by=carol, now=timezone.now())
    with serving() as served:
        desks = []
        for person in (carol, chris):
            cookie = {"Cookie": f"sessionid={browser_of(person).cookies['sessionid'].value}"}
            desks.append(Client(served.port, "/sse/desk/", cookie))
            desks[-1].wait_until(lambda one: one.field("event"))
        served.clients += desks
        hers, his = desks
        served_desk(served, lambda desk: desk and {carol.pk, chris.pk} <= desk.there)
        operations.say(room.pk, text="And?", client_id=uuid4(), now=timezone.now())
        hers.wait_until(lambda one: "waiting" in one.field("event"))
        told = json.loads(hers.field("data")[-1])
        assert told["yours"] and told["room"] == str(room.pk) and "your talk" in told["words"]
        answering.answer(room.pk, by=carol, text="It left.", client_id=uuid4(), now=timezone.now())
        operations.say(other.pk, text="I wait", client_id=uuid4(), now=timezone.now())
        his.wait_until(lambda one: "waiting" in one.field("event"))
        waiting = [json.loads(data) for data in his.field("data") if "words" in data]
        assert [(one["room"], one["yours"]) for one in waiting] == [(str(other.pk), False)], "the first is hers"
        hers.close()
        carol.delete()
        operations.say(room.pk, text="Anybody?", client_id=uuid4(), now=timezone.now())
        his.wait_until(lambda one: any("words" in data and str(room.pk) in data for data in one.field("data")))


def served_desk(served, condition):
    deadline = time.monotonic() + WITHIN_S
    while not condition(served.live.talks._desk):
        assert time.monotonic() < deadline
        time.sleep(0.01)
