"""O1: what the store tells of an order, and to whom: every cell of the table, on the page, by the API and by the command."""

import json
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW

from store.holds.operations import Line, release_hold, take_hold
from store.orders import packing
from store.orders.handing import note_end, write_label
from store.orders.models import Order
from store.orders.parcels import Parcel, ParcelState
from store.orders.shortfall import fall_short
from store.returns.accepting import NewReturn, Wanted, accept_return
from store.story.document import document
from store.story.entry import PARTS
from store.story.table import KINDS, Audience, told_to
from store.story.telling import story_of

pytestmark = pytest.mark.django_db
DAN, OLGA = "dan@example.org", "olga@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(books, accept):
    """Held, put aside, claimed, one copy short, packed by Dan, delivered, and sent back: something of each kind."""
    number = uuid4()
    hold, _ = take_hold(number=number, client="shop", lines=[Line(1, books[0].pk, 3)], now=NOW - MINUTE)
    release_hold(number=number, client="shop", now=NOW - MINUTE / 2)
    order = accept((books[0], 3), number=number)
    who = {"order_id": order.pk, "actor": DAN}
    packing.choose_copies(barcodes=["B1-1"], now=NOW + MINUTE, **who)
    packing.choose_copies(barcodes=["B1-1", "B1-2"], now=NOW + 2 * MINUTE, **who)
    revision = Order.objects.get().revision
    fall_short(line=1, number=1, reason="It is torn.", revision=revision, now=NOW + 3 * MINUTE, **who)
    packing.dispatch(barcodes=["B1-1", "B1-2"], now=NOW + 4 * MINUTE, **who)
    Parcel.objects.update(made_at=NOW + MINUTE)  # by the database's clock
    of = {"parcel_id": Parcel.objects.get().pk, "actor": DAN, "now": NOW + 5 * MINUTE}
    write_label(carrier="DHL", tracking="JD01", weight_g=None, **of)
    note_end(state=ParcelState.DELIVERED, reason="", **of)
    wanted = NewReturn(uuid4(), "x", number, "not_wanted", "", NOW + 6 * MINUTE, [Wanted(1, 1)])
    accept_return(wanted, client="shop", actor="shop", now=NOW + 6 * MINUTE)
    return Order.objects.get()


def words(entries) -> list[str]:
    return [entry.words for entry in entries]


def test_all_that_happened_is_told_in_its_sequence(sent):
    assert words(story_of(sent.number))[:7] == [
        "3 copies put aside until 10:16 UTC.",
        "The copies that were put aside were given back.",
        "It was placed in the shop, as the shop says.",
        "The order came, and there are copies for all of it.",
        "Parcel 1 was begun.",
        "2 copies put into the box.",
        "Packing began.",
    ]
    assert [each for each in words(story_of(sent.number)) if "off" in each or "Parcel 1 left" in each] == [
        "2 copies sent off.",
        "Parcel 1 left.",
        "It was sent off.",
    ]
    told = words(story_of(sent.number))
    assert "1 copy of “Pride and Prejudice” cannot be delivered." in told
    assert [each for each in told if each.startswith("Parcel 1")][1:] == [
        "Parcel 1 was closed.",
        "Parcel 1 left.",
        "Parcel 1 arrived.",
    ]
    assert told[-1].startswith("Return R-") and told[-1].endswith(": asked for.")


def test_each_cell_of_the_table_is_what_the_audience_hears(sent):
    """A cell without words is nothing at all; a part that it does not name is empty, whatever the entry has."""
    Order.objects.update(packer=DAN, claimed_until=NOW + 20 * MINUTE)
    whole = story_of(sent.number)
    assert {entry.kind for entry in whole} == set(KINDS), "the fixture has one of each"
    for (kind, row), audience in product(KINDS.items(), Audience):
        of_kind = [entry for entry in whole if entry.kind == kind]
        parts, told = row.parts(audience), told_to(audience, of_kind)
        mine = words(of_kind) if audience != Audience.SHOPPER else [e.to_customer for e in of_kind if e.to_customer]
        assert words(told) == (mine if "words" in parts else []), (kind, audience)
        for part in PARTS:
            shown = {getattr(entry, part) for entry in of_kind} | {""} if part in parts else {""}
            assert {getattr(entry, part) for entry in told} <= shown, (kind, audience, part)
        assert not any(entry.to_customer for entry in told)


@pytest.mark.parametrize("audience", [Audience.SHOPPER, Audience.AGENT])
def test_the_names_of_packers_reach_no_shopper_and_no_agent_and_prices_no_packer(sent, audience):
    assert DAN not in json.dumps([entry.as_json() for entry in told_to(audience, story_of(sent.number))])
    assert DAN in json.dumps([entry.as_json() for entry in told_to(Audience.PACKER, story_of(sent.number))])
    assert str(sent.total) not in json.dumps(
        [entry.as_json() for entry in told_to(Audience.PACKER, story_of(sent.number))]
    )


def test_the_shop_hears_of_its_own_order_what_the_audience_may(shop, service, sent):
    there = reverse("api:order-story", args=[sent.number])
    plain = shop.get(there).json()
    assert plain["audience"] == "shopper" and "Parcel 1 arrived." in [each["words"] for each in plain["entries"]]
    assert DAN not in json.dumps(plain)
    whole = shop.get(there, {"audience": "ops"}).json()["entries"]
    assert DAN in json.dumps(whole) and {"store:1", f"return:{sent.returns.get().number}:1"} <= {
        e["key"] for e in whole
    }
    assert "told" not in {each["kind"] for each in whole}, "the shop knows what it told"
    assert shop.get(there, {"audience": "everybody"}).status_code == 400
    other = service("feeds:read", name="partner")
    assert other.get(there, {"audience": "ops"}).json()["entries"] == [], "another service's order"
    assert service("orders:push", name="pusher").get(there).status_code == 403


def test_packers_read_stories_of_what_they_may_pack_and_owners_all(staff, sent, books, accept):
    packer, owner = staff("packer"), staff("owner")
    there = reverse("packing:story", args=[sent.pk])
    page = packer.get(there).content.decode()
    assert "Parcel 1 arrived." in page and DAN in page and "transaction" not in page and str(sent.total) not in page
    assert "transaction" in owner.get(there).content.decode()
    only = owner.get(there, {"kind": "parcel"}).content.decode()
    assert "Parcel 1 left." in only and "Packing began." not in only
    assert "Packing began." in owner.get(there, {"kind": "\x00nonsense"}).content.decode()
    unpaid = accept((books[1], 1), payment="prepaid", paid="1.00")
    for order, status in ((unpaid.pk, 404), (2**70, 404), (sent.pk, 200)):
        assert packer.get(reverse("packing:story", args=[order])).status_code == status
    assert owner.get(reverse("packing:story", args=[unpaid.pk])).status_code == 200
    assert staff("keeper").get(there).status_code == 403 and packer.post(there).status_code == 405


def test_a_story_costs_the_same_for_one_copy_and_for_many(staff, books, accept):
    owner, spent = staff("owner"), []
    for barcodes in (["B2-1"], ["B1-1", "B1-2", "B1-3"]):
        order = accept((books[1] if len(barcodes) == 1 else books[0], len(barcodes)))
        for number in range(len(barcodes)):
            packing.choose_copies(
                order_id=order.pk, barcodes=barcodes[: number + 1], actor=DAN, now=NOW + number * MINUTE
            )
        packing.dispatch(order_id=order.pk, barcodes=barcodes, actor=OLGA, now=NOW + 9 * MINUTE)
        with CaptureQueriesContext(connection) as statements:
            assert owner.get(reverse("packing:story", args=[order.pk])).status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1] <= 14


def test_the_command_tells_it_as_text_and_as_json(sent, capsys):
    call_command("order_story", str(sent.number))
    text = capsys.readouterr().out
    assert f"Store order {sent.number} of shop: dispatched" in text and "B1-1, B1-2, the last at 10:02:00" in text
    call_command("order_story", str(sent.number), "--json")
    told = json.loads(capsys.readouterr().out)
    assert {each["kind"] for each in told} == set(KINDS) - {"claim"}


def test_the_table_in_the_documents_is_the_one_in_the_code(repository):
    assert document() in (repository / "docs" / "story.md").read_text(), "scripts/manage store order_story --table"
