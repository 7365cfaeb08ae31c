"""Zarinpal, by its payment API v4: request, the customer pays there, we verify last.

From Zarinpal's documentation: connectToGateway (request.json, StartPay, verify.json), otherMethods/Inquiry, errorList and
moreFeatures/session-validation. Answers are {data: {code, …}, errors: []}, or {data: [], errors: {code, message}}. The
customer's return proves nothing, and there are no notices. Money that is not verified in time goes back to the payer,
unless the terminal verifies by itself; so each request asks it not to.

Zarinpal gives back by a mutation AddRefund. It wants the number of its own panel, which the payment API never tells, and
has no key by which a repeated request gives back once. A person does it in the panel instead.
"""

import re
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from shop.payments.gateways.base import (
    ByHand,
    Charge,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Report,
    Standing,
    Started,
)
from shop.payments.gateways.line import Line

HOSTS = {False: "https://payment.zarinpal.com", True: "https://sandbox.zarinpal.com"}
AUTHORITY = re.compile(r"[AS][A-Za-z0-9]{20,60}")
LONGEST_ABOUT = 500
DONE, DONE_BEFORE = 100, 101
TOO_MANY, NOT_PAID, THEIR_FAULT, NO_SUCH_AUTHORITY = -12, -51, -52, -54
STANDINGS = {
    "PAID": Standing.AUTHORISED,
    "IN_BANK": Standing.OPEN,
    "FAILED": Standing.DECLINED,
    "REVERSED": Standing.CLOSED,
}


class Zarinpal(Gateway):
    name = "zarinpal"
    label = "Zarinpal"
    button = "Pay with Zarinpal"
    hint = "You pay at Zarinpal, with a card of an Iranian bank."
    names_itself_by = "Authority"

    def __init__(self):
        self._base = settings.ZARINPAL_URL or HOSTS[settings.ZARINPAL_SANDBOX]
        self._line = Line("Zarinpal", self._base)

    @classmethod
    def is_open(cls) -> bool:
        return bool(settings.ZARINPAL_MERCHANT_ID)

    def serves(self, currency: str) -> bool:
        """Rials and tomans, which Zarinpal calls IRT."""
        return currency in ("IRR", "IRT")

    def start(
        self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str, known: str = ""
    ) -> Started:
        """Zarinpal opens another try at each request, so one that is known is gone on with."""
        if known:
            return Started(known, self._page(known))
        code, told = self._ask(
            "request",
            amount=_whole(amount, currency),
            currency=currency,
            description=about[:LONGEST_ABOUT],
            callback_url=back,
            metadata={"order_id": str(key), "auto_verify": False},
        )
        if code != DONE:
            raise _refusal("opens no payment", code, told)
        authority = str(told.get("authority", ""))
        if not AUTHORITY.fullmatch(authority):
            raise GatewayUnavailable("Zarinpal opened a payment without an authority.")
        return Started(authority, self._page(authority))

    def ask(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        code, told = self._ask("inquiry", authority=reference)
        if code == NO_SUCH_AUTHORITY:
            return Report(Standing.CLOSED, reason="Zarinpal knows this payment no more.")
        if code != DONE:
            raise _refusal("does not show the payment", code, told)
        status = told.get("status")
        if status == "VERIFIED":  # by us, and the answer was lost; asking again shows it
            return self.capture(reference, amount=amount, currency=currency, now=now)
        if status not in STANDINGS:
            raise GatewayUnavailable(f"Zarinpal says {status!r:.40} of a payment.")
        return Report(STANDINGS[status])

    def capture(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        """The charge has the authority's name: the one that is the same in each answer."""
        code, told = self._ask("verify", authority=reference, amount=_whole(amount, currency))
        if code in (DONE, DONE_BEFORE):
            note = f"Zarinpal's reference {told.get('ref_id', 'is missing')!s:.40}"
            return Report(Standing.OPEN, (Charge(reference, amount, currency, note),))
        if code == NOT_PAID:
            return Report(Standing.DECLINED, reason="Zarinpal says that it was not paid.")
        if code == NO_SUCH_AUTHORITY:
            return Report(Standing.CLOSED, reason="Zarinpal knows this payment no more.")
        raise _refusal("takes no money", code, told)

    def let_go(self, reference: str, *, now: datetime) -> Report:
        return Report(Standing.CLOSED, reason="Paid too late, and not verified: Zarinpal gives it back.")

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        raise ByHand(f"Give {amount:.0f} {currency} back in Zarinpal's panel, for the payment {charge}.")

    def _ask(self, what: str, **body) -> tuple[int, dict]:
        """The code of the answer, and what came with it."""
        body["merchant_id"] = settings.ZARINPAL_MERCHANT_ID
        answer = self._line.ask("POST", f"/pg/v4/payment/{what}.json", json=body)
        for part in ("errors", "data"):
            told = answer.body.get(part)
            if isinstance(told, dict) and told:
                return _code(told), told
        raise GatewayUnavailable(f"Zarinpal's answer {answer.status} is not as documented.")

    def _page(self, authority: str) -> str:
        return f"{self._base.rstrip('/')}/pg/StartPay/{authority}"


def _code(told: dict) -> int:
    try:
        code = int(told["code"])
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnavailable("Zarinpal's answer has no code.") from error
    if code in (TOO_MANY, THEIR_FAULT):
        raise GatewayUnavailable(f"Zarinpal answers {code}: {told.get('message', '')!s:.200}")
    return code


def _whole(amount: Decimal, currency: str) -> int:
    if amount != amount.to_integral_value():
        raise GatewayRefused(f"Zarinpal takes no parts of {currency}.")
    return int(amount)


def _refusal(what: str, code: int, told: dict) -> GatewayRefused:
    return GatewayRefused(f"Zarinpal {what}: {code}, {told.get('message', '')!s:.200}")
