"""The test bank as a gateway of the shop."""

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from shop.payments.gateways.base import Charge, Gateway, GatewayRefused, NotBelieved, Notice, Report, Standing, Started
from shop.payments.gateways.test import bank, models, signing


class TestBank(Gateway):
    __test__ = False  # pytest takes the name for a test's
    name = "test"
    label = "Test bank"
    button = "Pay with Test bank"
    hint = "For trying the shop: no real money moves."

    @classmethod
    def is_open(cls) -> bool:
        return settings.TEST_BANK

    def start(
        self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str, known: str = ""
    ) -> Started:
        session, _ = models.Session.objects.get_or_create(
            shop_key=key,
            defaults={
                "number": f"se_{uuid4().hex}",
                "amount": amount,
                "currency": currency,
                "about": about,
                "ends": ends,
                "back": back,
            },
        )
        return Started(session.number, reverse("test_bank:session", args=[session.number]))

    def ask(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        return _report(bank.statement(_session(reference), now=now))

    def capture(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        bank.capture(_session(reference), now=now)
        return _report(bank.statement(_session(reference), now=now))

    def let_go(self, reference: str, *, now: datetime) -> Report:
        bank.let_go(_session(reference))
        return _report(bank.statement(_session(reference), now=now))

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        try:
            with transaction.atomic(durable=True):
                models.Return.objects.create(key=key, charge_id=charge, amount=amount, made_at=now)
                models.Charge.objects.filter(pk=charge).update(returned=F("returned") + amount)
        except IntegrityError:
            if models.Return.objects.filter(key=key, charge=charge, amount=amount).exists():
                return True  # asked again: it was given back then
            raise GatewayRefused("The test bank took no such charge, or not so much.") from None
        return True

    def tend(self, *, now: datetime) -> None:
        """Post the bank's letters that are due."""
        from shop.payments.gateways.test.posting import post_to_shop  # the way to the door leads through operations

        bank.post_due(post_to_shop, now=now)

    def read_notice(self, headers: dict[str, str], body: bytes, *, now: datetime) -> Notice:
        signing.verify(headers, body, now=now)
        try:
            told = json.loads(body)
            return Notice(told["notice"], UUID(told["payment"]), _report(told), told)
        except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
            raise NotBelieved(f"The notice is not as agreed: {error!r}") from error


def _session(reference: str) -> models.Session:
    session = models.Session.objects.filter(pk=reference).first()
    if session is None:
        raise GatewayRefused(f"The test bank knows no session {reference}.")
    return session


def _report(told: dict) -> Report:
    return Report(Standing(told["standing"]), tuple(_charge(charge) for charge in told["charges"]))


def _charge(told: dict) -> Charge:
    amount = Decimal(told["amount"])
    if not amount.is_finite() or amount <= 0 or amount.as_tuple().exponent < -2:
        raise ValueError(f"{amount} is no amount")
    return Charge(str(told["id"]), amount, str(told["currency"]))
