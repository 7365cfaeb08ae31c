"""The test bank: what its customers can do on its page, and how it tells the shop."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from shop.payments.gateways.test import signing
from shop.payments.gateways.test.models import BankNotice, Charge, Session

A_MOMENT = timedelta(seconds=3)
LATE = timedelta(seconds=1)
Post = Callable[[dict[str, str], bytes, datetime], None]


class NotOpen(Exception):
    """This try to pay is over; the text is for the customer."""


def pay(session: Session, *, now: datetime) -> None:
    """This function will take the money; the notice follows a moment after the customer has returned."""
    _charge(session, at=now, notice_at=now + A_MOMENT)


def pay_notice_first(session: Session, *, now: datetime) -> None:
    """This function will take the money and have the notice posted before the customer returns."""
    _charge(session, at=now, notice_at=now)


def pay_notice_lost(session: Session, *, now: datetime) -> None:
    """This function will take the money and tell nobody: the notice is lost, and the customer does not return."""
    _charge(session, at=now, notice_at=None)


def pay_late(session: Session, *, now: datetime) -> None:
    """This function will take the money a second after the time to pay has ended."""
    late = max(now, session.ends + LATE)
    _charge(session, at=late, notice_at=late)


def pay_twice(session: Session, *, now: datetime) -> None:
    """This function will take the money two times, as for a customer who pressed the button again."""
    with transaction.atomic(durable=True):
        _open(session)
        for _ in range(2):
            _take(session, at=now)
        _write(session, at=now + A_MOMENT)


def approve(session: Session, *, now: datetime) -> None:
    """This function will allow the shop to take the money by itself."""
    _move(session, Session.State.AUTHORISED, at=now)


def decline(session: Session, *, now: datetime) -> None:
    """This function will refuse the customer's card."""
    _move(session, Session.State.DECLINED, at=now)


def capture(session: Session, *, now: datetime) -> None:
    """This function will take the money of an approved session; again, it changes nothing."""
    with transaction.atomic(durable=True):
        locked = Session.objects.select_for_update().get(pk=session.pk)
        if locked.state == Session.State.AUTHORISED and not locked.charges.exists():
            _take(locked, at=now)


def let_go(session: Session) -> None:
    Session.objects.filter(pk=session.pk, state=Session.State.AUTHORISED).update(state=Session.State.CLOSED)


def post_due(post: Post, *, now: datetime) -> int:
    """This function will post the notices whose time has come, each until it is taken.

    :param post: takes headers and body to the shop; raises if the shop did not take them.
    """
    posted = 0
    for notice in BankNotice.objects.filter(post_at__lte=now).select_related("session").order_by("post_at")[:100]:
        body = letter(notice, now=now)
        post(signing.headers(body, now=now), body, now)
        notice.delete()
        posted += 1
    return posted


def letter(notice: BankNotice, *, now: datetime) -> bytes:
    """This function will write the notice: everything the bank knows of the session, under the notice's own number."""
    return json.dumps(
        {"notice": notice.number, "payment": str(notice.session.shop_key), **statement(notice.session, now=now)}
    ).encode()


def statement(session: Session, *, now: datetime) -> dict:
    """What the bank says of a session, by notice and when it is asked."""
    return {
        "session": session.number,
        "standing": session.state,
        "charges": [
            {"id": charge.number, "amount": str(charge.amount), "currency": session.currency}
            for charge in session.charges.all().made_by(now).order_by("made_at", "number")
        ],
    }


def _charge(session: Session, *, at: datetime, notice_at: datetime | None) -> None:
    with transaction.atomic(durable=True):
        _open(session)
        _take(session, at=at)
        if notice_at:
            _write(session, at=notice_at)


def _move(session: Session, state: Session.State, *, at: datetime) -> None:
    with transaction.atomic(durable=True):
        _open(session)
        Session.objects.filter(pk=session.pk).update(state=state)
        _write(session, at=at)


def _open(session: Session) -> None:
    """:raises NotOpen: also for the loser of two presses at once."""
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if locked.state != Session.State.OPEN or locked.charges.exists():
        raise NotOpen("This payment is over. Nothing more was taken.")


def _take(session: Session, *, at: datetime) -> None:
    Charge.objects.create(number=f"ch_{uuid.uuid4().hex}", session=session, amount=session.amount, made_at=at)


def _write(session: Session, *, at: datetime) -> None:
    BankNotice.objects.create(number=f"no_{uuid.uuid4().hex}", session=session, post_at=at)
