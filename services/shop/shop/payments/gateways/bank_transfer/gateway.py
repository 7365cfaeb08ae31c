"""Bank transfer: the customer sends the money by their own bank, and a person who reads our statements books it.

Money takes days and the warehouse keeps copies for minutes. So the order waits without its copies; they are held again
when the money is booked, and if they are gone the money goes back.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from shop.notifications.operations import write_mail
from shop.pages.wording import counted, money
from shop.payments.gateways.base import ByHand, Gateway, Report, Standing, Started


class BankTransfer(Gateway):
    name = "bank_transfer"
    label = "Bank transfer"
    button = "Pay by bank transfer"

    @classmethod
    def is_open(cls) -> bool:
        return bool(settings.BANK_TRANSFER_ACCOUNT)

    @property
    def days(self) -> int:
        return settings.BANK_TRANSFER_DAYS

    @property
    def hint(self) -> str:
        within = counted(self.days, "day")
        return f"You send the money yourself, within {within}. Your copies are not set aside before it arrives."

    def serves(self, currency: str) -> bool:
        return currency in settings.BANK_TRANSFER_CURRENCIES

    def start(
        self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str, known: str = ""
    ) -> Started:
        """The reference is what the customer writes on the transfer, and staff look for."""
        return Started(about, reverse("bank_transfer:details", args=[key]))

    def tell_started(self, payment, *, now: datetime) -> None:
        """Whoever goes to the bank tomorrow has the account at hand."""
        order = payment.order
        write_mail(
            event=f"bank_transfer:{payment.key}",
            kind="bank_transfer",
            key=str(order.number),
            to=order.email,
            template="bank_transfer",
            context={
                "order": order,
                "amount": money(payment.amount, payment.currency),
                "reference": payment.reference,
                "account": account(),
                "url": order.signed_url,
            },
            now=now,
        )

    def details(self, payment) -> list[tuple[str, str]]:
        return [*account(), ("Reference", payment.reference), ("Amount", money(payment.amount, payment.currency))]

    def ask(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        return Report(Standing.OPEN)

    def capture(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        return Report(Standing.OPEN)

    def let_go(self, reference: str, *, now: datetime) -> Report:
        return Report(Standing.OPEN)

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        raise ByHand(f"Send {amount} {currency} back to the account that paid; on our statement: {charge}.")


def account() -> list[tuple[str, str]]:
    """Where to send the money, line by line."""
    lines = [
        ("Account holder", settings.BANK_TRANSFER_OWNER),
        ("Account", settings.BANK_TRANSFER_ACCOUNT),
        ("BIC", settings.BANK_TRANSFER_BIC),
    ]
    return [(label, text) for label, text in lines if text]
