"""W13: an order that leaves in several parcels. Each is heard of once, shown with its contents, and told in one letter."""

from decimal import Decimal

import pytest
from django.test import Client

from shop.notifications.models import Choice, Mail
from shop.orders import cancelling
from shop.orders.models import Order, Parcel
from shop.outbox.models import OutboxMessage, Topic
from shop.storelink import retelling
from shop.storelink.inbox import cancel_refused, hear_events
from shop.upkeep.catcher import Captured
from shop.upkeep.letters_due import facts_of
from shop.upkeep.matrix import judge
from store_client import OrderEvent as Heard

pytestmark = pytest.mark.django_db(transaction=True)

DHL = {"carrier": "DHL", "tracking": "00340434"}


@pytest.fixture
def says(of_a_new_order):
    """The store says the next thing of an order of three copies, which is being packed; answer the order."""
    of_a_new_order("packing", packed=1)
    return of_a_new_order


@pytest.fixture
def of_a_new_order(place, store, clock):
    """As `says`, of an order that is accepted only."""
    made = place(quantity=3)
    store.orders[str(made.number)] = {"lines": [{"line": 1, "quantity": 3}]}

    def say(status, **told):
        hear_events([Heard.parse(store.move(made.number, status, **told))], now=clock())
        made.refresh_from_db()
        return made

    say("received")
    return say


def kinds(order) -> list[str]:
    written = Mail.objects.filter(key=str(order.number)).order_by("id").values_list("kind", flat=True)
    return list(written)[3:]


def last_letter(order) -> Mail:
    return Mail.objects.filter(key=str(order.number)).latest("id")


def nothing_is_wrong(order) -> bool:
    (line,) = judge(facts_of([order]), Captured(error="nobody looks"))
    return not line.wrong


def test_each_parcel_has_its_letter_and_the_last_one_is_the_orders(says):
    order = says("part_sent", packed=2, shipped=1, parcels=[DHL | {"contents": {1: 1}}])
    assert (order.state, kinds(order)) == ("partly_shipped", ["order_parcel"])
    text = last_letter(order).text
    assert "Parcel 1 of your order has left" in text and "1 × " in text and "Tracking code: 00340434" not in text
    assert "Carrier: DHL, tracking code: 00340434" in text and "The rest of your order comes" in text
    order = says("part_sent", packed=3, shipped=2, parcels=[DHL | {"contents": {1: 1}}, {1: 1}])
    order = says("dispatched", packed=3, shipped=3, parcels=[{1: 1}, {1: 1}, {1: 1}])
    assert (order.state, kinds(order)) == ("shipped", ["order_parcel", "order_parcel", "order_shipped"])
    assert "The last parcel of your order has left" in last_letter(order).text
    assert [mail.event.split(":")[0] for mail in Mail.objects.filter(kind="order_parcel").order_by("id")] == [
        "order", "parcel",
    ]  # fmt: skip
    assert sum(parcel.price for parcel in order.parcels.all()) == order.total
    assert order.invoice and nothing_is_wrong(order)


def test_what_leaves_in_one_parcel_has_one_letter_as_ever(says):
    order = says("dispatched", packed=3, shipped=3, parcels=[DHL | {"contents": {1: 3}}])
    assert kinds(order) == ["order_shipped"]
    text = last_letter(order).text
    assert "Your parcel has left the warehouse" in text and "Carrier: DHL, tracking code: 00340434" in text
    says("dispatched", packed=3, shipped=3, parcels=[{"contents": {1: 3}, "state": "delivered", "tracking": "1Z"}])
    (parcel,) = Parcel.objects.all()
    assert (parcel.state, parcel.tracking, kinds(order)) == ("delivered", "1Z", ["order_shipped"])
    assert nothing_is_wrong(order)


def test_two_parcels_that_leave_at_once_have_two_letters(says):
    order = says("dispatched", packed=3, shipped=3, parcels=[{1: 1}, {1: 2}])
    assert kinds(order) == ["order_parcel", "order_shipped"]
    assert "2 × " in last_letter(order).text and nothing_is_wrong(order)


def test_the_same_event_again_says_nothing_again(says, store, clock):
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    before = list(Mail.objects.values_list("event", flat=True))
    hear_events([Heard.parse(event) for event in store.events_of(str(order.number))], now=clock())
    assert list(Mail.objects.values_list("event", flat=True)) == before
    assert Parcel.objects.count() == 1


def test_the_page_shows_each_parcel_with_its_contents_and_its_code(says):
    order = says("part_sent", packed=1, shipped=1, parcels=[DHL | {"contents": {1: 1}}])
    page = Client().get(order.get_absolute_url(), {"key": order.link_token}).content.decode()
    title = order.lines.get().title
    for words in ("Shipped in part", "Parcel 1 <span", "00340434", "Carrier: DHL.", f"<li>1 × {title}</li>"):
        assert words in page
    assert f"Parcel 1 left: 1 × {title}." in page and "Next, the rest of your books is packed." in page
    assert "Cancel this order" not in page


def test_the_rest_that_cannot_be_sent_is_told_in_a_letter_of_its_own(says):
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    order = says("dispatched", packed=1, shipped=1, short=2, parcels=[{1: 1}], line_reasons={1: "Water damage"})
    assert (order.state, kinds(order)) == ("shipped", ["order_parcel", "order_rest"])
    text = last_letter(order).text
    assert "2 of the 3 copies you ordered cannot be sent" in text and "Water damage" in text
    assert "left the warehouse and is on its way" not in text and nothing_is_wrong(order)


def test_copies_that_fall_short_after_a_part_has_left_have_their_letter(says):
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    order = says("part_sent", packed=1, shipped=1, short=1, parcels=[{1: 1}], line_reasons={1: "Torn"})
    assert (order.state, kinds(order)) == ("partly_shipped", ["order_parcel", "order_short"])
    assert nothing_is_wrong(order)


def test_a_part_that_has_left_cannot_be_cancelled(says):
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    with pytest.raises(cancelling.TooLate, match="a part of it has left"):
        cancelling.cancel(order, now=order.placed_at)


def test_a_cancelling_that_crosses_a_parcel_is_refused_and_both_are_told(says, clock):
    from django.db import transaction

    order = says("packing", packed=1)
    cancelling.cancel(order, now=clock())
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    assert (order.state, kinds(order)) == ("cancel_requested", ["order_parcel"])
    with transaction.atomic():
        cancel_refused(order.number, reason="The order is sent in part already.", now=clock())
    order.refresh_from_db()
    assert (order.state, kinds(order)) == ("partly_shipped", ["order_parcel", "order_not_cancelled"])
    assert "sent in part already" in last_letter(order).text and nothing_is_wrong(order)


def test_copies_that_the_warehouse_waits_for_call_for_a_person(says):
    order = says("packing", packed=1, awaited=1, line_reasons={1: "Lost"})
    assert order.attention.startswith("The warehouse waits for copies, as the customer chose: 1 × ")
    assert Order.objects.get().lines.get().short == 0


def test_copies_that_are_awaited_are_told_as_such_and_not_as_short_until_they_come(of_a_new_order):
    says, page_of = of_a_new_order, lambda order: Client().get(order.signed_url, follow=True).content.decode()
    order = says("packing", awaited=2, line_reasons={1: "A copy was looked for in vain, and no other is free."})
    told = (
        "The order waits for 2 copies that the warehouse does not have at present; it is sent when they are there, all "
        "together as you chose. A copy was looked for in vain, and no other is free."
    )
    letter = last_letter(order)
    text = " ".join(letter.text.split())
    assert letter.kind == "order_packing" and told in text and told in letter.html
    assert "2 of the 3 copies you ordered are not there at present." in text
    assert "cannot be sent" not in text and "0.00" not in text
    page = page_of(order)
    assert told in page and "cannot be sent" not in page
    order = says("packing", awaited=1, line_reasons={1: "Lost"})
    assert "waits for 1 copy that" in page_of(order)
    order = says("packing", packed=1)
    assert (kinds(order), "waits for" in page_of(order)) == ([], False)


def test_a_part_that_left_never_leaves_again_when_the_store_has_forgotten_the_order(says, clock):
    order = says("part_sent", packed=1, shipped=1, parcels=[{1: 1}])
    assert retelling.make_good_for_lost(order.number, now=clock()) is False
    order.refresh_from_db()
    assert (order.state, order.attention) == ("partly_shipped", retelling.LEFT_IN_PART)
    assert OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED, state="waiting").count() <= 1
    assert order.price_of({order.lines.get(): 1}) > Decimal(0)


def gone(**told):
    return {"packed": 3, "shipped": 3, "parcels": [{"contents": {1: 3}} | told]}


def test_a_code_that_comes_after_the_parcel_left_is_told_once(says, store, clock):
    order = says("dispatched", **gone())
    order = says("dispatched", **gone(carrier="DHL"))
    assert kinds(order) == ["order_shipped", "parcel_code"]
    assert "Parcel 1 of your order travels with DHL. In it:" in last_letter(order).text
    order = says("dispatched", **gone(**DHL))
    letter = last_letter(order)
    assert letter.subject == f"Parcel 1 of your order {order.reference} can be followed"
    assert "Parcel 1 of your order can be followed: DHL 00340434. In it:\n\n3 × " in letter.text
    says("dispatched", **gone(**DHL | {"tracking": "00340435"}))
    says("dispatched", **gone(carrier="DHL"))
    order = says("dispatched", **gone(**DHL))
    hear_events([Heard.parse(event) for event in store.events_of(str(order.number))], now=clock())
    assert kinds(order) == ["order_shipped", *["parcel_code"] * 3], "each code once, and nothing of one taken away"
    assert order.attention == "" and nothing_is_wrong(order)


def test_who_wants_no_letters_of_parcels_gets_none_of_their_codes(says, clock):
    order = says("dispatched", **gone())
    Choice.objects.create(user_id=order.user_id, topic="parcels", wanted=False, at=clock())
    order = says("dispatched", **gone(**DHL))
    assert last_letter(order).state == Mail.State.NOT_WANTED and nothing_is_wrong(order)


@pytest.mark.parametrize(
    ("state", "words", "told"),
    [
        ("lost", "we have heard that parcel 1 of your order is lost. In it:\n\n1 × ", "Parcel 1 is lost"),
        ("came_back", "it came back to us. In it:\n\n1 × ", "Parcel 1 came back to the warehouse"),
    ],
)
def test_a_parcel_that_will_not_arrive_is_told_once_and_calls_for_a_person(says, store, clock, state, words, told):
    order = says("part_sent", packed=1, shipped=1, parcels=[DHL | {"contents": {1: 1}}])
    Order.objects.update(attention="Look.")
    ended = DHL | {"contents": {1: 1}, "state": state}
    order = says("part_sent", packed=1, shipped=1, parcels=[ended])
    assert kinds(order) == ["order_parcel", f"parcel_{state}"]
    letter = last_letter(order)
    assert words in letter.text and "We are looking into it and will write to you." in letter.text
    assert letter.stop_url == "", "nobody can do without it"
    assert order.attention == f"{told}: send again or leave it; it was to be paid on delivery? Look."
    Order.objects.update(attention="")
    order = says("dispatched", packed=3, shipped=3, parcels=[ended, {1: 2}])
    hear_events([Heard.parse(event) for event in store.events_of(str(order.number))], now=clock())
    order.refresh_from_db()
    assert kinds(order) == ["order_parcel", f"parcel_{state}", "order_shipped"]
    assert order.attention == "" and nothing_is_wrong(order)


def test_of_a_lost_parcel_that_was_paid_for_a_person_may_give_the_money_back(says):
    order = says("dispatched", **gone())
    Order.objects.update(payment=Order.Payment.PREPAID)
    order = says("dispatched", **gone(state="lost"))
    assert order.attention == "Parcel 1 is lost: send again or pay back?"


def test_the_mail_matrix_misses_a_letter_on_a_lost_parcel(says):
    order = says("dispatched", **gone(state="lost", **DHL))
    assert kinds(order) == ["order_shipped", "parcel_lost"] and nothing_is_wrong(order)
    Mail.objects.filter(kind="parcel_lost").delete()
    assert not nothing_is_wrong(order)
