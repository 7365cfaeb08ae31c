"""A peer of Zarinpal: its payment API v4, as zarinpal.com/docs describes it.

References: paymentGateway/connectToGateway (request.json, StartPay, verify.json), otherMethods/Inquiry, errorList,
moreFeatures/session-validation (auto_verify).
"""

from html import escape
from urllib.parse import urlencode
from uuid import uuid4

from peers.door import Answer, Asked, Peer, page, to

BUTTONS = {"pay": "Pay", "decline": "Pay with a card that is declined", "cancel": "Give up"}
SMALLEST = 1000
MESSAGES = {
    -9: "The input params invalid, validation error.",
    -10: "Terminal is not valid, please check merchant_id or ip address.",
    -50: "Session is not valid, amounts values is not the same.",
    -51: "Session is not valid, session is not active paid try.",
    -53: "Session is not this merchant_id session.",
    -54: "Invalid authority.",
}


class ZarinpalPeer(Peer):
    """:ivar sessions: every try, by authority. :ivar error_status: of the answers that are errors."""

    def __init__(self, *, merchant: str = "1344b5d4-0048-11e8-94db-005056a205be"):
        super().__init__()
        self.merchants = {merchant}
        self.merchant, self.sessions, self.error_status = merchant, {}, 422

    def answer(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        if parts[:2] == ["pg", "StartPay"] and len(parts) == 3:
            return self._page(asked, parts[2])
        name = parts[3] if parts[:3] == ["pg", "v4", "payment"] and asked.method == "POST" and len(parts) == 4 else ""
        works = {"request.json": self._request, "verify.json": self._verify, "inquiry.json": self._inquiry}
        if name not in works:
            return Answer(404, {"data": [], "errors": {"code": 404, "message": "Not found."}})
        wanted = asked.json
        if len(str(wanted.get("merchant_id", ""))) != 36:
            return self._error(-9, [{"merchant_id": "The merchant id must be 36 characters."}])
        if wanted["merchant_id"] not in self.merchants:
            return self._error(-10)
        return works[name](wanted)

    def _request(self, wanted: dict) -> Answer:
        wrong = [
            {name: f"The {name} field is required."} for name in ("description", "callback_url") if not wanted.get(name)
        ]
        if type(wanted.get("amount")) is not int or wanted["amount"] < SMALLEST:
            wrong.append({"amount": f"The amount must be an integer of at least {SMALLEST}."})
        if wanted.get("currency", "IRR") not in ("IRR", "IRT"):
            wrong.append({"currency": "The selected currency is invalid."})
        if wrong:
            return self._error(-9, wrong)
        authority = f"A{uuid4().hex.zfill(35)}"
        self.sessions[authority] = {**wanted, "status": "IN_BANK", "ref_id": None}
        return _data(code=100, message="Success", authority=authority, fee_type="Merchant", fee=100)

    def _inquiry(self, wanted: dict) -> Answer:
        session = self.sessions.get(wanted.get("authority"))
        if session is None:
            return self._error(-54)
        return _data(code=100, message="Success", status=session["status"])

    def _verify(self, wanted: dict) -> Answer:
        session = self.sessions.get(wanted.get("authority"))
        if session is None:
            return self._error(-54)
        if session["merchant_id"] != wanted["merchant_id"]:
            return self._error(-53)
        if session["status"] not in ("PAID", "VERIFIED"):
            return self._error(-51)
        if wanted.get("amount") != session["amount"]:
            return self._error(-50)
        is_new = session["status"] == "PAID"
        session["status"] = "VERIFIED"
        session["ref_id"] = session["ref_id"] or uuid4().int % 10**9
        return _data(
            code=100 if is_new else 101,
            message="Paid" if is_new else "Verified",
            card_hash="1EBE3EBEBE35C7EC0F8D6EE4F2F859107A87822CA179BC9528767EA7B5489B69",
            card_pan="502229******5995",
            ref_id=session["ref_id"],
            fee_type="Merchant",
            fee=0,
        )

    def _page(self, asked: Asked, authority: str) -> Answer:
        """Zarinpal's own page, and the bank's behind it."""
        session = self.sessions.get(authority)
        if session is None:
            return page("Zarinpal", "<p>The payment was not found.</p>", 404)
        if asked.method == "GET":
            sum_ = f"{session['amount']} {session.get('currency', 'IRR')}"
            buttons = "".join(
                f"<p><button name=choice value={name}>{label}</button></p>" for name, label in BUTTONS.items()
            )
            what = escape(session["description"])
            return page("Zarinpal", f"<p>{what}: {sum_}</p><form method=post>{buttons}</form>")
        return to(self.come_back(authority, is_paid=asked.form.get("choice") == "pay"))

    def come_back(self, authority: str, *, is_paid: bool) -> str:
        """What a customer does on the page; answers the address where they return to."""
        session = self.sessions[authority]
        if session["status"] in ("IN_BANK", "FAILED"):
            session["status"] = "PAID" if is_paid else "FAILED"
        query = urlencode({"Authority": authority, "Status": "OK" if is_paid else "NOK"})
        return f"{session['callback_url']}?{query}"

    def _error(self, code: int, validations: list | None = None) -> Answer:
        errors = {"code": code, "message": MESSAGES[code], "validations": validations or []}
        return Answer(self.error_status, {"data": [], "errors": errors})


def _data(**data) -> Answer:
    return Answer(200, {"data": data, "errors": []})
