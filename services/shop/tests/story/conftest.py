"""An order to which everything has happened that the shop tells of, and a store that tells its part."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from fake_store import TOKEN, fake_store
from tests.staff.conftest import THEN, browser_of, make_order, person_in  # noqa: F401

from shop.chat.models import Room
from shop.invoices.models import Invoice
from shop.notifications.models import Mail
from shop.orders import attention, queries
from shop.orders.models import Order, OrderEvent, Parcel
from shop.outbox.models import OutboxMessage
from shop.payments.models import Payment, Refund
from shop.returns.models import Return, ReturnEvent
from shop.storelink.breaker import Breaker
from shop.storelink.models import Retelling, SetAside, StoreEvent
from shop.story import asking

MINUTE = timedelta(minutes=1)
DAN, AWAY = "dan@example.org", "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def nobody_answers(settings, monkeypatch):
    settings.STORE_URL = AWAY
    monkeypatch.setattr(asking, "breaker", Breaker())


@pytest.fixture
def store(settings, tmp_path):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    with fake_store() as running:
        settings.STORE_URL, settings.STORE_TOKEN_FILE = running.url, str(token)
        yield running


def told(minutes: float, kind: str, words: str, key: str = "", **more) -> dict:
    at = (THEN + minutes * MINUTE).isoformat()
    return {"at": at, "kind": kind, "words": words, "reason": "", "who": "", "detail": "", "key": key, **more}


@pytest.fixture
def order(make_order, make_book, olga) -> Order:  # noqa: F811
    """Alice's: placed, accepted, sent with a copy short, and a copy back; a letter and a message took long."""
    order = make_order("shipped", quantity=3, payment="prepaid", book=make_book(1, title="Emma"))
    order.lines.update(short=1, shipped=2)
    order.events.update(state="placed")
    for version, state in ((2, "accepted"), (3, "shipped")):
        at = THEN + version * MINUTE
        OrderEvent.objects.create(order=order, version=version, state=state, at=at, actor="warehouse", reason="Late.")
        counts = {"line": 1, "ordered": 3, "packed": 2, "shipped": 2, "short": version - 2}
        body = {"order": str(order.pk), "version": version - 1, "status": state, "at": at.isoformat(), "reason": ""}
        body |= {"status": "received" if version == 2 else "dispatched", "lines": [counts]}
        body |= {"line_reasons": {"1": "It is torn."}}
        StoreEvent.objects.create(order=order, version=version - 1, body=body, heard_at=at + MINUTE / 2)
    for number in (1, 2):
        Parcel.objects.create(
            order=order,
            number=number,
            contents={"1": 1},
            price=12,
            sent_at=THEN + 3 * MINUTE,
            carrier="DHL",
            tracking="JD1",
        )
    _money(order)
    _delivered(order)
    at = {"opened_at": THEN + 4 * MINUTE, "last_at": THEN + 5 * MINUTE}
    room = Room.objects.create(key=order.checkout_key, order=order, email=order.email, network="n", last=2, **at)
    note = {"side": "note", "text": "Carol is here.", "position": 1, "client_id": order.checkout_key}
    room.messages.create(at=THEN + 4.5 * MINUTE, **note)
    Invoice.objects.create(number=7, order=order, issued_at=THEN + 3 * MINUTE, total=25)
    Retelling.objects.create(order=order, at=THEN + 5 * MINUTE)
    aside = {"first_at": THEN + 5 * MINUTE, "last_at": THEN + 6 * MINUTE}
    SetAside.objects.create(feed="orders", key=f"{order.pk} 9", reason="Strange.", body={}, **aside)
    LogEntry.objects.create(
        user=olga, content_type=ContentType.objects.get_for_model(Order), object_id=str(order.pk), object_repr="x",
        action_flag=CHANGE, action_time=THEN + 7 * MINUTE, change_message=f"{attention.MARK}settled by {olga.email}: fine",
    )  # fmt: skip
    return queries.any_order(order.pk)


def _money(order):
    payment = Payment.objects.create(
        order=order, gateway="test", state="captured", amount="37.50", currency="EUR", captured="37.50",
        captured_currency="EUR", created_at=THEN, captured_at=THEN, charge="c-1",
    )  # fmt: skip
    payment.events.create(state="captured", at=THEN, reason="By card.")
    Refund.objects.create(
        key=f"refund:{payment.key}:x", payment=payment, amount="12.50", reason="One fell short.", state="sent", attempts=3,
        created_at=THEN + 3 * MINUTE, next_at=THEN, done_at=THEN + 4 * MINUTE, last_error="The bank slept.",
    )  # fmt: skip
    found = Return.objects.create(number=order.checkout_key, order=order, why="damaged", asked_at=THEN + 6 * MINUTE)
    found.lines.create(line=order.lines.get(), quantity=1)
    ReturnEvent.objects.create(
        of=found, version=1, state="approved", at=THEN + 6.5 * MINUTE, body={}, heard_at=THEN + 7 * MINUTE
    )
    Return.objects.update(version=1, state="approved")


def _delivered(order):
    due = {"next_at": THEN, "created_at": THEN, "state": "sent", "done_at": THEN + 1.5 * MINUTE, "attempts": 6}
    due |= {"key": str(order.pk), "last_error": "The store did not answer."}
    OutboxMessage.objects.create(topic="order placed", body={}, **due)
    Mail.objects.create(
        event=f"order:{order.pk}:1:order_received", kind="order_received", message_id="<1@shop>", to=order.email,
        subject="We have your order", text="", **due,
    )  # fmt: skip


@pytest.fixture
def whole_store(store, order):
    """Its clock is an hour behind the shop's."""
    store.stories[str(order.number)] = [
        told(-61, "hold", "3 copies put aside until 10:17 UTC.", "hold:1"),
        told(-59, "order", "The order came.", "store:1", who="shop", detail="version 1"),
        told(-58, "copy", "2 copies put into the box.", who=DAN, detail="B1-1, B1-2"),
        told(-57, "order", "It was sent off.", "store:2", who=DAN),
        told(-10, "parcel", "Parcel 1 arrived.", "parcel:1:delivered", who=DAN),
        told(-9, "something new", "It snowed."),
    ]
    return store
