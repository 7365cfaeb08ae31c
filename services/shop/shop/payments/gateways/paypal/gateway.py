"""PayPal, by its Orders v2 API with the intent CAPTURE: create, the customer approves there, we capture last.

From PayPal's documentation of Orders v2, Payments v2 and "Handle payment failures". An approved order that nobody
captures lapses by itself, so a payment that comes too late is simply never taken.
"""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from shop.payments.gateways.base import (
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    NotBelieved,
    Notice,
    Report,
    Standing,
    Started,
)
from shop.payments.gateways.paypal import notices
from shop.payments.gateways.paypal.api import Api, issues, refusal
from shop.payments.gateways.paypal.orders import CURRENCIES, NUMBER, PayPalOrder, value

CHECKOUTS = {False: "https://www.paypal.com", True: "https://www.sandbox.paypal.com"}
NOT_FOUND = 404
LONGEST_ABOUT = 127
APPROVE = frozenset({"approve", "payer-action"})  # the first is the older word
DECLINES = frozenset(
    "INSTRUMENT_DECLINED TRANSACTION_REFUSED PAYER_CANNOT_PAY PAYER_ACCOUNT_RESTRICTED PAYER_ACCOUNT_LOCKED_OR_CLOSED "
    "CARD_EXPIRED CARD_CLOSED MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING "
    "TRANSACTION_BLOCKED_BY_PAYEE COMPLIANCE_VIOLATION".split()
)
NOT_YET = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})


class PayPal(Gateway):
    name = "paypal"
    label = "PayPal"
    button = "Pay with PayPal"
    hint = "You pay at PayPal, with your account there or a card."
    names_itself_by = "token"

    def __init__(self):
        self._api = Api()

    @classmethod
    def is_open(cls) -> bool:
        return bool(settings.PAYPAL_CLIENT_ID)

    def serves(self, currency: str) -> bool:
        return currency in CURRENCIES

    def start(
        self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str, known: str = ""
    ) -> Started:
        returns = {
            "return_url": back,
            "cancel_url": back,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        unit = {
            "custom_id": str(key),
            "description": about[:LONGEST_ABOUT],
            "amount": value(amount, currency),
            "payee": {"merchant_id": settings.PAYPAL_MERCHANT_ID},
        }
        body = {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": returns}},
        }
        answer = self._api.post("/v2/checkout/orders", body, once=str(key))
        if not answer.is_done:
            raise refusal("opens no payment", answer)
        number = answer.body.get("id")
        if not isinstance(number, str) or not NUMBER.fullmatch(number):
            raise GatewayUnavailable("PayPal opened a payment without a number.")
        return Started(number, _where_to_pay(answer.body))

    def ask(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        order = self._order(reference)
        if order is None:
            return Report(Standing.CLOSED, reason="PayPal keeps this payment no more.")
        report = order.report()
        if report.standing == Standing.AUTHORISED and (order.amount, order.currency) != (amount, currency):
            raise GatewayRefused(f"PayPal's order {reference} is for {order.amount} {order.currency}: it is not taken.")
        return report

    def capture(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        """The answer is not trusted, nor needed: what was taken is read from the order itself."""
        answer = self._api.post(f"{notices.AN_ORDER}{_checked(reference)}/capture", {}, once=f"capture-{reference}")
        said = issues(answer)
        if answer.is_done or "ORDER_ALREADY_CAPTURED" in said:
            return self.ask(reference, amount=amount, currency=currency, now=now)
        if said & DECLINES:
            return Report(Standing.DECLINED, reason=", ".join(sorted(said & DECLINES)))
        if said & NOT_YET:
            return Report(Standing.OPEN)
        if answer.status == NOT_FOUND or "ORDER_EXPIRED" in said:
            return Report(Standing.CLOSED, reason="PayPal keeps this payment no more.")
        raise refusal("takes no money", answer)

    def let_go(self, reference: str, *, now: datetime) -> Report:
        return Report(Standing.CLOSED, reason="Approved too late, and not taken.")

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        body = {"amount": value(amount, currency)}
        answer = self._api.post(f"/v2/payments/captures/{_checked(charge)}/refund", body, once=key)
        if "PENDING_CAPTURE" in issues(answer):
            raise GatewayUnavailable("PayPal has not got the money itself yet.")
        if not answer.is_done or answer.body.get("status") in ("FAILED", "CANCELLED"):
            raise refusal("gives nothing back", answer)
        return answer.body.get("status") == "COMPLETED"

    def read_notice(self, headers: dict[str, str], body: bytes, *, now: datetime) -> Notice | None:
        """A notice is believed for one thing: that it is time to read the order at PayPal."""
        event = notices.event_of(body)
        notices.verify(self._api, headers, body)
        number = notices.order_of(event)
        if not number:
            return None
        order = self._order(number)
        if order is None:
            raise NotBelieved(f"PayPal knows no order {number}.")
        try:
            key = UUID(order.custom_id)
        except ValueError:
            raise NotBelieved(f"PayPal's order {number} is none of this shop's.") from None
        kept = {"event_type": event["event_type"], "order": number, "status": order.status}
        return Notice(event["id"], key, order.report(), kept, reference=number)

    def _order(self, reference: str) -> PayPalOrder | None:
        answer = self._api.get(f"{notices.AN_ORDER}{_checked(reference)}")
        if answer.status == NOT_FOUND:
            return None
        if not answer.is_done:
            raise refusal("does not show the order", answer)
        return PayPalOrder.parse(answer.body)


def _checked(number: str) -> str:
    if not NUMBER.fullmatch(number):
        raise GatewayRefused(f"{number!r:.60} is no number of PayPal's.")
    return number


def _where_to_pay(body: dict) -> str:
    """The customer is sent to PayPal's own pages and nowhere else, whatever the answer says."""
    pages = settings.PAYPAL_URL or CHECKOUTS[settings.PAYPAL_SANDBOX]
    for link in body.get("links") or []:
        if isinstance(link, dict) and link.get("rel") in APPROVE:
            ours, theirs = urlsplit(pages), urlsplit(str(link.get("href")))
            if (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc):
                return theirs.geturl()
    raise GatewayUnavailable("PayPal does not say where to pay.")
