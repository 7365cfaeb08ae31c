"""O1: one story per order, from both services: its customer, packers, agents and ops each hear what is theirs."""

import json
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from asking import program
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shopping import text
from tests.staff.conftest import THEN
from tests.story.conftest import DAN, MINUTE

from shop.notifications.models import Mail
from shop.orders.models import OrderEvent
from shop.orders.queries import any_order
from shop.staff.roles import AGENTS, CONTENT, CUSTOMERS, DISPATCHERS, OFFICE, ORDERS, OWNERS
from shop.story import asking, whole
from shop.story.document import document
from shop.story.entry import PARTS, STORE, Entry
from shop.story.pages import audience_of
from shop.story.sequence import in_sequence
from shop.story.sources import SOURCES, delivery
from shop.story.table import KINDS, OF_THE_STORE, Audience, told_to

pytestmark = pytest.mark.django_db


def words(entries) -> list[str]:
    return [entry.words for entry in entries]


def beside(order) -> str:
    return reverse("admin:orders_order_story", args=[order.pk])


def test_each_cell_of_the_table_is_what_the_audience_hears(order):
    """A cell without words is nothing at all; a part that it does not name is empty, whatever the entry has."""
    everything = whole.shops_part(order, Audience.OPS)
    everything += [Entry(THEN, "parcel", "It came.", "It came.", "€1", "why", DAN, "B1-1", 2, STORE)]
    assert {source.kind for source in SOURCES} == set(KINDS), "a source for each kind, and a line for each source"
    assert {entry.kind for entry in everything} == set(KINDS), "the fixture has one of each"
    for (kind, row), audience in product([*KINDS.items(), ("store", OF_THE_STORE)], Audience):
        of_kind = [e for e in everything if (e.service if e.service == STORE else e.kind) == kind]
        parts, told = row.parts(audience), told_to(audience, of_kind)
        mine = words(of_kind) if audience != Audience.SHOPPER else [e.to_customer for e in of_kind if e.to_customer]
        assert words(told) == (mine if "words" in parts else []), (kind, audience)
        for part, nothing in PARTS.items():
            shown = {getattr(entry, part) for entry in of_kind} | {nothing} if part in parts else {nothing}
            assert {getattr(entry, part) for entry in told} <= shown, (kind, audience, part)
        assert not any(entry.to_customer for entry in told)


def test_nothing_is_read_that_its_reader_hears_nothing_of(order):
    assert {entry.kind for entry in whole.shops_part(order, Audience.PACKER)} == {"order", "return", "short", "parcel"}


def test_its_customer_reads_all_that_is_theirs_by_the_signed_link(order, whole_store):
    page = text(Client().get(f"/orders/{order.pk}/story/", {"key": order.link_token}))
    told = [
        "3 copies put aside until 10:17 UTC.",
        "Your payment of €37.50 arrived.",
        "We wrote to you: “We have your order”",
        "1 copy of “Emma” cannot be sent, €12.50. Reason: It is torn.",
        "€12.50 goes back to you.",
        "Parcel 1 left: 1 × Emma.",
        "You asked to send 1 copy back",
        "You began to talk with us about it.",
        "In our talk: Carol is here.",
    ]
    assert [each for each in told if each not in page] == []
    assert "Parcel 1 arrived." in page and f"/orders/{order.pk}/story/?audience" not in page
    for inward in (
        "tries",
        "The store did not answer",
        "The bank slept",
        DAN,
        "B1-1",
        "Heard from",
        "version",
        "<1@shop>",
    ):
        assert inward not in page, inward
    assert whole_store.requests[-1][1].endswith(f"/{order.pk}/story/?audience=shopper")


def test_a_store_that_tells_too_much_is_not_believed(order, whole_store):
    """The shop shows of the store's part no more than its own table says."""
    told = whole.story_of(order, Audience.SHOPPER).entries
    assert DAN in str(whole_store.stories) and not any(entry.who or entry.detail for entry in told)


def test_a_letter_has_words_whatever_became_of_it(order):
    for state in Mail.State:
        Mail.objects.update(state=state)
        (letter,) = delivery.mails(order)
        assert bool(letter.to_customer) == (state == Mail.State.SENT) and "letter" in letter.words, state


def test_nobody_elses_story_is_told(order, whole_store, bob, alice):
    """L28"""
    there = f"/orders/{order.pk}/story/"
    his, hers = Client(), Client()
    his.force_login(bob)
    hers.force_login(alice)
    for browser, key in ((his, ""), (Client(), ""), (Client(), "x"), (Client(), order.link_token[:-1]), (his, "é")):
        assert browser.get(there, {"key": key}).status_code == 404
    assert Client().get(f"/orders/{order.checkout_key}/story/", {"key": order.link_token}).status_code == 404
    assert whole_store.requests == [], "the store was not asked for strangers"
    assert hers.get(there).status_code == 200 and hers.post(there).status_code == 405
    assert "noindex" in hers.get(there).content.decode()


def test_who_works_in_the_shop_hears_as_what(person_in):
    for role, audience in (
        (OWNERS, "ops"), (OFFICE, "ops"), (ORDERS, "ops"), (AGENTS, "agent"), (CUSTOMERS, "agent"), (DISPATCHERS, "packer"),
    ):  # fmt: skip
        assert audience_of(person_in(role)) == audience, role


def test_an_agent_a_packer_and_ops_read_it_beside_the_order(order, whole_store, person_in, browser_of):
    agent, packer, ops = (browser_of(person_in(role)) for role in (AGENTS, DISPATCHERS, OFFICE))
    page = text(agent.get(beside(order)))
    for shown in (
        "The letter “We have your order” was sent.",
        "6 tries",
        "It was sent off.",
        "Money goes back. €12.50",
    ):
        assert shown in page, shown
    for hidden in (DAN, "B1-1", "The store did not answer", "<1@shop>", "Heard from", order.email):
        assert hidden not in page.replace("settled by olga@example.org", ""), hidden
    page = text(packer.get(beside(order)))
    for hidden in ("€", "12.50", "37.50", order.email, "letter", "payment"):
        assert hidden not in page, hidden
    assert "It left the warehouse." in page
    page = text(ops.get(beside(order)))
    for shown in (
        DAN,
        "B1-1",
        "The store did not answer.",
        "The bank slept.",
        "&lt;1@shop&gt;",
        "It snowed.",
        "request id",
    ):
        assert shown in page, shown
    assert beside(order) in ops.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert [path.rpartition("=")[2] for _, path in whole_store.requests] == ["agent", "packer", "ops"]


def test_ops_choose_a_service_and_a_kind_and_others_do_not(order, whole_store, person_in, browser_of):
    ops = browser_of(person_in(OWNERS))
    only = text(ops.get(beside(order), {"service": "shop", "kind": "parcel"}))
    assert "Parcel 1 left by DHL" in only and "Parcel 1 arrived." not in only and "The order is placed." not in only
    assert "It snowed." in text(ops.get(beside(order), {"service": "store", "kind": "\x00nonsense"}))
    assert "The order is placed." in text(browser_of(person_in(AGENTS)).get(beside(order), {"kind": "parcel"}))


def test_who_may_not_see_an_order_reads_no_story(make_order, person_in, browser_of, whole_store):
    unpaid = make_order("awaiting_payment")
    assert browser_of(person_in(CONTENT)).get(beside(unpaid)).status_code == 403
    answer = browser_of(person_in(DISPATCHERS)).get(beside(unpaid))
    assert answer.status_code == 302 and "story" not in answer.url, "packers see what may be packed"
    assert whole_store.requests == []
    assert browser_of(person_in(AGENTS)).get(beside(unpaid)).status_code == 200


def test_if_the_store_is_away_the_shops_part_stands_alone_and_a_sentence_says_so(order, settings, store):
    there, link = f"/orders/{order.pk}/story/", {"key": order.link_token}
    for fault in ("503", "html 404", "not json", "no envelope", "403"):
        store.faults.append(fault)
        page = text(Client().get(there, link))
        assert asking.AWAY in page and "Your payment of €37.50 arrived." in page, fault
    asked = len(store.requests)
    assert asking.AWAY in text(Client().get(there, link))
    assert len(store.requests) == asked, "after five failures it is left alone for a while"


def test_clocks_that_differ_do_not_turn_causes_round(order, whole_store):
    """The store's clock is an hour behind; it has the order after it was placed, and we hear of it after it was."""
    told = words(whole.story_of(order, Audience.OPS).entries)
    for before, after in (
        ("3 copies put aside until 10:17 UTC.", "The order is placed."),
        ("The order is placed.", "The order came."),
        ("The order came.", "2 copies put into the box."),
        ("The order came.", "The warehouse has accepted it."),
        ("The order was sent to the warehouse.", "The order came."),
        ("The money was taken.", "The order is placed."),
        ("It was sent off.", "Heard from the warehouse: dispatched."),
        ("The order is placed.", "The letter “We have your order” was sent."),
    ):
        assert told.index(before) < told.index(after), (before, after)


def test_versions_go_before_times_and_a_contradiction_ends_in_times():
    def entry(name, minutes, *after):
        return Entry(THEN + timedelta(minutes=minutes), "order", name, key=name, after=after)

    assert words(in_sequence([entry("b", 0, "a"), entry("a", 5), entry("c", 3)])) == ["c", "a", "b"]
    assert words(in_sequence([entry("a", 2, "b"), entry("b", 1, "a"), entry("c", 9)])) == ["c", "b", "a"]
    assert words(in_sequence([entry("x", 1, "not told"), entry("y", 0)])) == ["y", "x"]


def test_the_page_of_the_order_and_the_api_tell_the_calm_part_of_the_same(order, alice):
    told = [e for e in whole.story_of(order, Audience.SHOPPER).entries if KINDS[e.kind].is_calm]
    steps = program(alice).get(f"/api/orders/{order.pk}/timeline/").json()
    assert [(step["words"], step["reason"]) for step in steps] == [(e.words, e.reason) for e in told]
    assert {"parcel", "refund", "short", "return", "shipped"} <= {step["kind"] for step in steps}
    browser = Client()
    browser.force_login(alice)
    page = browser.get(order.get_absolute_url())
    assert [step.words for step in page.context["steps"]] == words(told)
    assert f"/orders/{order.pk}/story/" in page.content.decode()


def test_a_story_costs_the_same_however_much_happened(order, whole_store, person_in, browser_of, alice):
    hers = Client()
    hers.force_login(alice)
    asks = [(hers, f"/orders/{order.pk}/story/"), (browser_of(person_in(OFFICE)), beside(order))]
    spent = []
    for more in (10, 50):
        spent.append([])
        for browser, path in asks:
            browser.get(path)
            with CaptureQueriesContext(connection) as statements:
                assert browser.get(path).status_code == 200
            spent[-1].append(len(statements))
        for version in range(more, more + 20):
            at = THEN + version * MINUTE
            OrderEvent.objects.create(order=order, version=version, state="accepted", at=at, actor="shop")
            due = {"key": str(order.pk), "created_at": at, "next_at": at}
            Mail.objects.create(event=f"e{version}", kind="x", message_id="x", to="a@b.c", subject="s", text="t", **due)
    assert spent[0] == spent[1] and max(spent[0]) <= 24


def test_the_command_tells_ops_as_text_and_as_json(order, whole_store, capsys):
    call_command("order_story", order.reference)
    told = capsys.readouterr().out
    assert f"Shop order {order.reference}" in told and "version 1: placed by customer" in told
    assert whole_store.requests == [], "the text is told whatever is away"
    call_command("order_story", str(order.number), "--json")
    (story,) = json.loads(capsys.readouterr().out)
    assert story["away"] == "" and story["request_id"].startswith("shop-")
    assert {"shop", "store"} == {each["service"] for each in story["entries"]}
    assert 6 in {each["tries"] for each in story["entries"]}
    assert any_order(order.pk).version == order.version


def test_the_table_in_the_documents_is_the_one_in_the_code():
    page = Path(__file__).parents[4] / "docs" / "story.md"
    assert document() in page.read_text(), "scripts/manage shop order_story --table"
