"""A peer of PayPal: Orders v2, captures, refunds, webhooks and their check, as developer.paypal.com describes them.

References: Orders v2 and Payments v2 (requests, answers, the issues of 422), Authentication, Idempotency, "Handle payment
failures", "Webhooks: verify signature", and the published samples of CHECKOUT.ORDER.APPROVED and
PAYMENT.CAPTURE.COMPLETED.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
import urllib.error
import urllib.request
import zlib
from decimal import Decimal
from html import escape
from urllib.parse import urlencode
from uuid import uuid4

from peers.door import Answer, Asked, Peer, page, to

AT = "2026-11-21T10:00:00Z"
BUTTONS = {"approve": "Pay now", "decline": "Pay with a card that is declined", "cancel": "Cancel and return"}
PATHS = {
    r"POST /v1/oauth2/token": "token",
    r"POST /v1/notifications/verify-webhook-signature": "verify",
    r"POST /v2/checkout/orders": "create",
    r"GET /v2/checkout/orders/([^/]+)": "show",
    r"POST /v2/checkout/orders/([^/]+)/capture": "capture",
    r"POST /v2/payments/captures/([^/]+)/refund": "refund",
    r"(?:GET|POST) /checkoutnow": "checkout",
}
ODD = "written as nobody else would write it"  # so that only the very bytes pass the check
DECLINED = (
    "The instrument presented was either declined by the processor or bank, or it can't be used for this payment."
)


class PayPalPeer(Peer):
    """:ivar captures: all money taken, by number. :ivar refunded: what went back, by the number of the capture.
    :ivar told: every notice, as (headers, raw bytes). :ivar webhook_url: where they are posted; empty: nowhere.
    """

    def __init__(self, *, client="client", secret="secret", merchant="SHOP0MERCHANT", webhook="1JE4291016473214C"):
        super().__init__()
        self.client, self.secret, self.merchant, self.webhook = client, secret, merchant, webhook
        self.tokens, self.orders, self.captures, self.refunded, self.done = set(), {}, {}, {}, {}
        self.told: list[tuple[dict, bytes]] = []
        self.webhook_url, self.capture_status, self.refund_status = "", "COMPLETED", "COMPLETED"
        self._signing_key = uuid4().bytes

    def answer(self, asked: Asked) -> Answer:
        for pattern, name in PATHS.items():
            if found := re.fullmatch(pattern, f"{asked.method} {asked.path}"):
                if name in ("token", "checkout"):
                    return getattr(self, f"_{name}")(asked)
                if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
                    return _error(401, "AUTHENTICATION_FAILURE", "Authentication failed due to invalid credentials.")
                return getattr(self, f"_{name}")(asked, *found.groups())
        return _no_such()

    def _token(self, asked: Asked) -> Answer:
        right = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {right}" or asked.form != {"grant_type": "client_credentials"}:
            return Answer(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        token = f"A21AA{uuid4().hex}"
        self.tokens.add(token)
        return Answer(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": 32400, "scope": "", "app_id": ""}
        )

    def _create(self, asked: Asked) -> Answer:
        wanted = asked.json
        if wanted.get("intent") != "CAPTURE" or len(wanted.get("purchase_units", [])) != 1:
            return _error(400, "INVALID_REQUEST", "Request is not well-formed.", "INVALID_PARAMETER_VALUE")
        unit = wanted["purchase_units"][0]
        if not re.fullmatch(r"\d{1,10}(\.\d{2})?", unit["amount"]["value"]) or not Decimal(unit["amount"]["value"]):
            return _unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.")
        key = ("create", asked.headers.get("PayPal-Request-Id") or uuid4().hex)
        if key in self.done:
            return Answer(200, self._view(self.orders[self.done[key]]))
        number = uuid4().hex[:17].upper()
        context = wanted["payment_source"]["paypal"]["experience_context"]
        unit = {"reference_id": "default", "payee": {"merchant_id": self.merchant}, **unit}
        self.orders[number] = {"id": number, "status": "PAYER_ACTION_REQUIRED", "unit": unit, "context": context}
        self.done[key] = number
        return Answer(200, self._view(self.orders[number]))

    def _show(self, asked: Asked, number: str) -> Answer:
        return Answer(200, self._view(self.orders[number])) if number in self.orders else _no_such()

    def _capture(self, asked: Asked, number: str) -> Answer:
        order = self.orders.get(number)
        if order is None:
            return _no_such()
        key = ("capture", asked.headers.get("PayPal-Request-Id"))
        if key[1] and key in self.done:
            return Answer(200, self._view(order))
        if order["status"] == "COMPLETED":
            return _unprocessable("ORDER_ALREADY_CAPTURED", "Order already captured.")
        if order["status"] != "APPROVED":
            return _unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.")
        if order.get("declines"):
            return _unprocessable("INSTRUMENT_DECLINED", DECLINED)
        self.take(number)
        if key[1]:
            self.done[key] = number
        return Answer(201, self._view(order))

    def _refund(self, asked: Asked, number: str) -> Answer:
        if number not in self.captures:
            return _no_such()
        key = ("refund", asked.headers.get("PayPal-Request-Id") or uuid4().hex)
        if key in self.done:
            return Answer(200, {"id": self.done[key], "status": self.refund_status})
        capture, amount = self.captures[number], asked.json["amount"]
        if capture["status"] == "PENDING":
            return _unprocessable("PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.")
        left = Decimal(capture["amount"]["value"]) - self.refunded.get(number, 0)
        if not left:
            return _unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded.")
        if amount["currency_code"] != capture["amount"]["currency_code"] or Decimal(amount["value"]) > left:
            return _unprocessable("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than the capture amount.")
        self.refunded[number] = self.refunded.get(number, 0) + Decimal(amount["value"])
        self.done[key] = uuid4().hex[:17].upper()
        return Answer(201, {"id": self.done[key], "status": self.refund_status})

    def _verify(self, asked: Asked) -> Answer:
        """Over the very bytes of the event: cut out of the request as they stand."""
        given, text = asked.json, asked.raw.decode()
        start = re.search(r'"webhook_event"\s*:\s*', text).end()
        _, end = json.JSONDecoder().raw_decode(text, start)
        right = self._signature(
            given["transmission_id"], given["transmission_time"], given["webhook_id"], text[start:end].encode()
        )
        is_right = given["webhook_id"] == self.webhook and hmac.compare_digest(right, given["transmission_sig"])
        return Answer(200, {"verification_status": "SUCCESS" if is_right else "FAILURE"})

    def _checkout(self, asked: Asked) -> Answer:
        """PayPal's own page, where the customer decides."""
        order = self.orders.get(asked.query.get("token", ""))
        if order is None:
            return page("PayPal", "<p>Things don't appear to be working at the moment.</p>", 404)
        if asked.method == "GET":
            amount = order["unit"]["amount"]
            buttons = "".join(
                f"<p><button name=choice value={name}>{label}</button></p>" for name, label in BUTTONS.items()
            )
            what = escape(order["unit"].get("description", ""))
            sum_ = f"{amount['currency_code']} {amount['value']}"
            return page("PayPal", f"<p>{what}: {sum_}</p><form method=post>{buttons}</form>")
        choice = asked.form.get("choice")
        if choice == "cancel":
            return to(_with(order["context"]["cancel_url"], token=order["id"]))
        self.approve(order["id"], declines=choice == "decline")
        return to(_with(order["context"]["return_url"], token=order["id"], PayerID="PAYER0000001"))

    def approve(self, number: str, *, declines: bool = False) -> None:
        """What a customer does on the page."""
        self.orders[number] |= {"status": "APPROVED", "declines": declines}
        self.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", self._view(self.orders[number]))

    def take(self, number: str, *, amount: dict | None = None) -> str:
        """Money is taken, also such as nobody asked for."""
        order, capture = self.orders[number], uuid4().hex[:17].upper()
        self.captures[capture] = {
            "id": capture,
            "status": self.capture_status,
            "amount": amount or order["unit"]["amount"],
            "final_capture": True,
            "custom_id": order["unit"].get("custom_id", ""),
            "supplementary_data": {"related_ids": {"order_id": number}},
            "links": [{"rel": "up", "method": "GET", "href": f"{self.url}/v2/checkout/orders/{number}"}],
        }
        order["status"] = "COMPLETED"
        order.setdefault("captures", []).append(capture)
        if self.capture_status == "COMPLETED":
            self.tell("PAYMENT.CAPTURE.COMPLETED", "capture", self.captures[capture])
        return capture

    def clear(self, capture: str) -> None:
        """A pending capture comes through."""
        self.captures[capture]["status"] = "COMPLETED"
        self.tell("PAYMENT.CAPTURE.COMPLETED", "capture", self.captures[capture])

    def tell(self, event_type: str, resource_type: str, resource: dict) -> None:
        event = {
            "id": f"WH-{uuid4().hex[:17].upper()}-{uuid4().hex[:17].upper()}",
            "event_version": "1.0",
            "create_time": AT,
            "resource_type": resource_type,
            "event_type": event_type,
            "summary": ODD,
            "resource": resource,
        }
        raw = json.dumps(event, indent=1, ensure_ascii=False).replace(ODD, "F\\u00fcr \u20ac, \\/").encode()
        self.told.append((self.signed(raw), raw))
        if self.webhook_url:
            threading.Thread(target=_post, args=(self.webhook_url, *self.told[-1]), daemon=True).start()

    def signed(self, raw: bytes, *, webhook: str = "") -> dict:
        number = str(uuid4())
        return {
            "PayPal-Auth-Algo": "SHA256withRSA",
            "PayPal-Cert-Url": f"{self.url}/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270",
            "PayPal-Transmission-Id": number,
            "PayPal-Transmission-Time": AT,
            "PayPal-Transmission-Sig": self._signature(number, AT, webhook or self.webhook, raw),
        }

    def _signature(self, number: str, at: str, webhook: str, raw: bytes) -> str:
        """The real one is RSA over the same words, which only PayPal can make and check."""
        words = f"{number}|{at}|{webhook}|{zlib.crc32(raw)}".encode()
        return base64.b64encode(hmac.new(self._signing_key, words, hashlib.sha256).digest()).decode()

    def _view(self, order: dict) -> dict:
        unit = dict(order["unit"])
        if taken := order.get("captures"):
            unit["payments"] = {"captures": [self.captures[number] for number in taken]}
        links = [
            {"rel": "self", "method": "GET", "href": f"{self.url}/v2/checkout/orders/{order['id']}"},
            {"rel": "payer-action", "method": "GET", "href": f"{self.url}/checkoutnow?token={order['id']}"},
        ]
        return {
            "id": order["id"],
            "intent": "CAPTURE",
            "status": order["status"],
            "create_time": AT,
            "purchase_units": [unit],
            "links": links,
        }


def _with(url: str, **more: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"


def _error(status: int, name: str, message: str, issue: str = "") -> Answer:
    body = {"name": name, "message": message, "debug_id": uuid4().hex[:13], "links": []}
    return Answer(status, {**body, "details": [{"issue": issue, "description": message}]} if issue else body)


def _unprocessable(issue: str, description: str) -> Answer:
    return _error(422, "UNPROCESSABLE_ENTITY", description, issue)


def _no_such() -> Answer:
    return _error(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", "INVALID_RESOURCE_ID")


def _post(url: str, headers: dict, raw: bytes) -> None:
    """Until it is taken, as PayPal does for three days; here for a few seconds."""
    for pause in (0.2, 0.5, 1, 2, 4):
        time.sleep(pause)
        request = urllib.request.Request(url, raw, {**headers, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            continue
