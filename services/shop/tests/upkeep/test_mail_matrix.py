"""The mail matrix: it knows which letters were due from what happened, and finds those that are missing or doubled."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from shopping import text

from shop.notifications import choices
from shop.notifications.choices import Reader
from shop.notifications.models import Mail
from shop.notifications.notices import TOPICS
from shop.orders import cancelling
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage
from shop.payments.models import Payment
from shop.storelink import inbox
from shop.storelink.statuses import sync_order_statuses
from shop.storelink.store import open_store
from shop.upkeep.catcher import Captured
from shop.upkeep.letters_due import facts_of
from shop.upkeep.matrix import DOUBLED, MISSING, judge

pytestmark = pytest.mark.django_db

PAGE = "/admin/sync/mails/"


@pytest.fixture
def hear(store):
    def run():
        with open_store() as line:
            return sync_order_statuses(line, timezone.now)

    return run


@pytest.fixture
def shipped(place, deliver, hear, store):
    """An order that went all its way, and whose letters were sent."""

    def make(**options) -> Order:
        order = place(**options)
        deliver()
        store.move(order.number, "packing")
        store.move(order.number, "dispatched", shipped=1)
        hear()
        sent()
        order.refresh_from_db()
        return order

    return make


def sent() -> list[str]:
    """Let every letter be sent; answers the Message-IDs."""
    Mail.objects.filter(state="waiting").update(state="sent", done_at=timezone.now())
    return list(Mail.objects.order_by("id").values_list("message_id", flat=True))


def verdicts(captured: list[str] | None = None) -> list[tuple[str, str]]:
    """What the matrix says of every event of every order."""
    caught = Captured(error="none here")
    if captured is not None:
        caught = Captured()
        caught.times.update(captured)
    return [
        (cell.kind, str(cell.verdict)) for line in judge(facts_of(Order.objects.all()), caught) for cell in line.cells
    ]


def wrong(captured: list[str] | None = None) -> list[tuple[str, str]]:
    return [pair for pair in verdicts(captured) if pair[1] in MISSING | DOUBLED]


def test_a_whole_life_of_an_order_with_each_letter_captured_once(shipped):
    shipped()
    told = ["order_received", "order_accepted", "order_packing", "order_shipped"]
    assert verdicts(sent()) == [(kind, "captured") for kind in told]


def test_without_a_catcher_sent_is_all_that_can_be_said(shipped):
    shipped()
    assert {verdict for _, verdict in verdicts()} == {"sent"}


def test_a_letter_that_was_never_written_is_missing(shipped):
    shipped()
    Mail.objects.filter(kind="order_packing").delete()
    assert wrong(sent()) == [("order_packing", "missing: never written")]


def test_a_letter_in_the_catcher_that_the_shop_knows_nothing_of_is_still_missing_here(shipped):
    shipped()
    ids = sent()
    Mail.objects.filter(kind="order_packing").delete()
    assert wrong(ids) == [("order_packing", "missing: never written")]


def test_a_letter_that_waits_is_not_sent_yet_and_one_that_was_refused_is_missing(shipped):
    shipped()
    ids = sent()
    Mail.objects.filter(kind="order_shipped").update(state="waiting")
    Mail.objects.filter(kind="order_packing").update(state="refused", last_error="550 no such mailbox")
    told = dict(verdicts(ids[:2]))
    assert told["order_shipped"] == "not sent yet" and told["order_packing"] == "missing: refused"
    Mail.objects.filter(kind="order_packing").update(state="given up")
    assert dict(verdicts(ids[:2]))["order_packing"] == "given up"


def test_a_letter_that_was_sent_and_never_came_is_missing(shipped):
    shipped()
    assert wrong(sent()[1:]) == [("order_received", "missing: sent, not captured")]


def test_the_same_letter_twice_is_sent_again_and_two_letters_of_one_event_are_doubled(shipped):
    order = shipped()
    ids = sent()
    assert dict(verdicts([*ids, ids[0]]))["order_received"] == "came again, same letter"
    assert not wrong([*ids, ids[0]])
    another = f"<order-{order.number}-v1-order_accepted@bookshop.example>"
    assert wrong([*ids, another]) == [("order_received", "doubled")]


def test_two_letters_written_for_one_event_are_doubled(shipped):
    shipped()
    second = Mail.objects.get(kind="order_accepted")
    second.pk, second.event, second.message_id = None, second.event.replace("accepted", "packing"), "<other@x>"
    second.save(force_insert=True)
    assert wrong(sent()) == [("order_accepted", "doubled")]


def test_a_letter_of_something_that_never_happened_is_found(shipped):
    order = shipped()
    stray = Mail.objects.get(kind="order_shipped")
    stray.pk, stray.event, stray.message_id = None, f"order:{order.number}:9:order_failed", "<stray@x>"
    stray.kind = "order_failed"
    stray.save(force_insert=True)
    assert wrong(sent()) == [("order_failed", "doubled: nothing happened")]


def test_silent_events_want_no_letter_and_a_late_cancel_has_its_own(place, deliver, hear, store):
    order = place()
    deliver()
    cancelling.cancel(order, now=timezone.now())
    store.move(order.number, "dispatched", shipped=1)
    deliver()
    assert dict(verdicts(sent()))["cancel_requested"] == "no letter due"
    assert not wrong(sent())
    second = place()
    deliver()
    cancelling.cancel(second, now=timezone.now())
    store.faults.append("403")
    deliver()
    with transaction.atomic():
        inbox.cancel_refused(second.number, reason="no", now=timezone.now())
    assert ("order_not_cancelled", "captured") in verdicts(sent())
    assert not wrong(sent())


def pay(order: Order) -> Payment:
    now = timezone.now()
    Order.objects.filter(pk=order.pk).update(payment="prepaid")
    return Payment.objects.create(
        order=order, gateway="test", amount=order.total, currency="EUR", created_at=now, settled_at=now,
        captured=order.total, captured_currency="EUR", captured_at=now, charge=str(order.number), state="captured",
    )  # fmt: skip


def test_money_that_goes_back_with_the_orders_own_letter_wants_no_second_one(place, deliver, hear, store):
    order = place()
    pay(order)
    deliver()
    store.move(order.number, "failed", reason="Water damage.")
    hear()
    assert ("payment_returned", "no letter due") in verdicts(sent())
    assert not wrong(sent())


def test_money_that_goes_back_while_the_order_goes_on_has_a_letter_of_its_own(place, deliver, hear, store):
    order = place(quantity=2)
    pay(order)
    deliver()
    store.move(order.number, "received", short=1)
    hear()
    assert ("payment_returned", "captured") in verdicts(sent())
    Mail.objects.filter(kind="payment_returned").delete()
    assert wrong(sent()) == [("payment_returned", "missing: never written")]


def test_copies_that_fall_short_while_the_order_goes_on_have_a_letter_of_their_own(place, deliver, hear, store):
    order = place(quantity=3)
    deliver()
    store.move(order.number, "received", short=1)
    hear()
    assert ("order_short", "captured") in verdicts(sent())
    assert not wrong(sent())
    store.move(order.number, "dispatched", shipped=2, short=1)
    hear()
    assert [kind for kind, _ in verdicts(sent())].count("order_short") == 1, "the last move made nothing shorter"
    Mail.objects.filter(kind="order_short").delete()
    assert wrong(sent()) == [("order_short", "missing: never written")]


def test_both_told_at_one_reading_of_the_feed_are_told_apart(place, deliver, hear, store):
    """The store accepted and fell short before the shop heard of either."""
    order = place(quantity=2)
    pay(order)
    store.faults.append("swallow")
    deliver()
    store.move(order.number, "received", short=1)
    hear()
    assert ("payment_returned", "captured") in verdicts(sent())
    assert not wrong(sent())


def test_an_order_given_up_by_staff_has_its_letter(place, owner, deliver):
    order = place()
    pay(order)
    owner.post(f"/admin/sync/give-up/message/{OutboxMessage.objects.get().pk}/", {"reason": "Closed."})
    assert verdicts(sent()) == [
        ("order_received", "captured"),
        ("order_cancelled", "captured"),
        ("payment_returned", "no letter due"),
    ]


def test_what_is_not_wanted_is_told_from_what_is_missing(place, deliver, hear, store, alice):
    choices.choose(Reader(alice.pk), dict.fromkeys(TOPICS, False), now=timezone.now())
    order = place()
    deliver()
    store.move(order.number, "packing")
    store.move(order.number, "dispatched", shipped=1)
    hear()
    Mail.objects.filter(state="waiting").update(state="sent", done_at=timezone.now())
    ids = list(Mail.objects.filter(state="sent").order_by("id").values_list("message_id", flat=True))
    told = dict(verdicts(ids))
    assert told["order_packing"] == "not wanted by its reader" and not wrong(ids)
    assert told["order_received"] == told["order_accepted"] == told["order_shipped"] == "captured", "paid on delivery"
    packing = Mail.objects.get(kind="order_packing")
    assert wrong([*ids, packing.message_id]) == [("order_packing", "doubled: not wanted, and came")]
    Mail.objects.filter(kind="order_accepted").update(state="not wanted")
    assert wrong([ids[0], *ids[2:]]) == [("order_accepted", "missing: never written")], "nobody can choose against it"


def run(*arguments) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("mail_matrix", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue()


def test_the_command_asks_the_catcher_and_ends_well_when_all_came(shipped, catcher):
    shipped()
    catcher(sent())
    code, said = run()
    assert code == 0 and "4 captured" in said


def test_the_command_names_what_is_missing_and_doubled_with_exit_code_1(shipped, catcher):
    order = shipped()
    catcher([*sent()[1:], f"<order-{order.number}-v4-order_packing@bookshop.example>"])
    code, said = run()
    assert code == 1 and order.reference in said
    assert "missing: sent, not captured" in said and "doubled" in said and "Accepted" not in said, "only what is wrong"
    code, said = run("--json")
    answer = json.loads(said)
    assert (code, answer["orders"], answer["missing"], answer["doubled"]) == (1, 1, 1, 1)
    assert {found["event"] for found in answer["wrong"]} == {"order_received", "order_shipped"}


def test_the_command_tells_one_order_in_full_and_knows_when_there_is_none(shipped, catcher):
    order = shipped()
    catcher(sent())
    assert "Accepted" in run(order.reference)[1]
    with pytest.raises(CommandError, match="no order 0000-0000"):
        run("0000-0000")
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    assert run("--since", tomorrow)[1].startswith("0 orders")


def test_a_catcher_that_is_away_is_told_and_no_letter_is_called_missing(shipped, settings):
    shipped()
    settings.MAIL_API_URL = "http://127.0.0.1:9"
    code, said = run()
    assert code == 0 and "could not be read" in said and "4 sent" in said


def test_the_page_shows_missing_letters_in_words(owner, shipped, catcher):
    order = shipped()
    catcher(sent()[1:])
    page = text(owner.get(PAGE))
    assert "1 letter on this page missing or doubled." in page
    assert (
        order.reference in page and "missing: sent, not captured" in page and "wanted 1 · sent 1 · captured 0" in page
    )


def test_the_page_is_filtered_by_order_address_and_day(owner, shipped):
    one, other = shipped(pk=1), shipped(pk=2)
    Order.objects.filter(pk=other.pk).update(placed_at="2026-01-02T10:00Z", email="bob@example.org")
    for query, found in (
        ({"q": one.reference}, one),
        ({"q": "bob@example.org"}, other),
        ({"until": "2026-01-02"}, other),
    ):
        page = text(owner.get(PAGE, query))
        hidden = other if found is one else one
        assert found.reference in page and hidden.reference not in page, query
    assert "No such orders." in text(owner.get(PAGE, {"q": "0000-0000"}))
    assert "Enter a valid date" in text(owner.get(PAGE, {"since": "yesterday"}))
    assert owner.get(PAGE, {"page": "x", "q": "\x00"}).status_code == 200


def test_the_page_costs_a_constant_number_of_statements(owner, shipped, statements):
    """L21"""
    shipped()
    owner.get(PAGE)
    before = statements(lambda: owner.get(PAGE))
    for pk in range(2, 6):
        shipped(pk=pk)
    assert statements(lambda: owner.get(PAGE)) == before


def test_only_those_who_may_see_mails_get_in(client, customer, onlooker, make_user):
    assert client.get(PAGE).status_code == 302
    assert customer.get(PAGE, follow=True).status_code == 403
    assert onlooker.get(PAGE).status_code == 200
    client.force_login(make_user("Stranger", is_staff=True))
    assert client.get(PAGE).status_code == 403
