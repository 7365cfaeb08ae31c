"""Reading an order of PayPal (Orders v2): what it is for, who gets the money, and what came of it."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.conf import settings

from shop.payments.gateways.base import Charge, GatewayRefused, GatewayUnavailable, Report, Standing

NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")  # what may become part of an address
WHOLE_UNITS = frozenset({"HUF", "JPY", "TWD"})  # PayPal takes no decimals of these
CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()
)
TAKEN = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
NOT_TAKEN = frozenset({"DECLINED", "FAILED"})
STANDINGS = {"APPROVED": Standing.AUTHORISED, "VOIDED": Standing.CLOSED}  # the others wait for the customer


@dataclass(frozen=True)
class PayPalOrder:
    number: str
    status: str
    custom_id: str
    receiver: str
    amount: Decimal
    currency: str
    captures: tuple[tuple[str, str, Decimal, str], ...]  # number, status, amount, currency

    @classmethod
    def parse(cls, body: dict) -> "PayPalOrder":
        """:raises GatewayUnavailable: for an answer that is not as documented."""
        try:
            (unit,) = body["purchase_units"]
            amount, currency = _money(unit["amount"])
            return cls(
                number=str(body["id"]),
                status=str(body["status"]),
                custom_id=str(unit.get("custom_id", "")),
                receiver=str(unit["payee"]["merchant_id"]),
                amount=amount,
                currency=currency,
                captures=tuple(
                    (str(one["id"]), str(one["status"]), *_money(one["amount"]))
                    for one in unit.get("payments", {}).get("captures", [])
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            raise GatewayUnavailable(f"PayPal's order is not as documented: {error!r}") from error

    def report(self) -> Report:
        """:raises GatewayRefused: if the money is not for this shop."""
        if self.receiver != settings.PAYPAL_MERCHANT_ID:
            raise GatewayRefused(f"PayPal's order {self.number} pays {self.receiver}, who is not this shop.")
        charges = tuple(
            Charge(number, amount, currency) for number, status, amount, currency in self.captures if status in TAKEN
        )
        if charges:
            return Report(Standing.OPEN, charges)
        if self.captures:  # pending ones may still come; PayPal tells by a notice, and we ask
            is_over = all(status in NOT_TAKEN for _, status, _, _ in self.captures)
            return Report(Standing.DECLINED if is_over else Standing.OPEN)
        return Report(STANDINGS.get(self.status, Standing.OPEN))


def value(amount: Decimal, currency: str) -> dict:
    """This function will write an amount as PayPal reads it.

    :raises GatewayRefused: for parts of a currency that has none.
    """
    if currency not in WHOLE_UNITS:
        return {"currency_code": currency, "value": f"{amount:.2f}"}
    if amount != amount.to_integral_value():
        raise GatewayRefused(f"PayPal takes no parts of {currency}.")
    return {"currency_code": currency, "value": f"{amount:.0f}"}


def _money(told: dict) -> tuple[Decimal, str]:
    amount = Decimal(told["value"])
    if not amount.is_finite() or amount < 0 or amount.as_tuple().exponent < -2:
        raise ValueError(f"{amount} is no amount")
    return amount, str(told["currency_code"])
