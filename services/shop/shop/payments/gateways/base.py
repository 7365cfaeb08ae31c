"""What a gateway must be able to do. Each is a folder; see `test` for the smallest whole one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Protocol
from uuid import UUID


class GatewayUnavailable(Exception):
    """The gateway gave no answer one could act on; ask again later."""


class GatewayRefused(Exception):
    """The gateway understood and said no; a person must look."""


class ByHand(GatewayRefused):
    """No machine can do this for us; the text tells a person what to do."""


class NotBelieved(Exception):
    """A notice that does not prove to be the gateway's, or is too old. Nothing was done."""


class Standing(Enum):
    """What the gateway says of one try to pay, its charges apart."""

    OPEN = "open"
    AUTHORISED = "authorised"
    DECLINED = "declined"
    CLOSED = "closed"


@dataclass(frozen=True)
class Charge:
    """Money that was taken, under the gateway's own number.

    :ivar note: what staff need to find it at the gateway, if that is more than the number.
    """

    id: str
    amount: Decimal
    currency: str
    note: str = ""


@dataclass(frozen=True)
class Report:
    """Everything a gateway says of one try to pay."""

    standing: Standing
    charges: tuple[Charge, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Notice:
    """A report that came by itself. `payment` is our key, which the gateway was given at the start.

    :ivar reference: the gateway's name of the try, if the notice has it: both names must be of one payment.
    """

    id: str
    payment: UUID
    report: Report
    body: dict
    reference: str = ""


@dataclass(frozen=True)
class Started:
    """:ivar url: where the customer goes to pay."""

    reference: str
    url: str


class Gateway(Protocol):
    """Every method may take seconds and none is called inside a transaction, but for `tell_started`.

    All raise GatewayUnavailable (ask again later) or GatewayRefused (final).

    :cvar name: in addresses and rows; never changes.
    :cvar label: what the customer calls it.
    :cvar button: what stands on the button of the pay page.
    :cvar hint: one sentence for the customer who chooses.
    :cvar names_itself_by: the parameter of the return address in which the gateway repeats the reference; empty: none.
    :cvar days: for gateways whose money takes days: how long the order waits. Its copies are not kept so long, and are
        held again when the money comes.
    """

    name: str
    label: str
    button: str
    hint: str
    names_itself_by: str = ""
    days: int | None = None

    @classmethod
    def is_open(cls) -> bool:
        """Whether the settings switch it on."""

    def serves(self, currency: str) -> bool:
        """Whether an order in this currency can be paid here."""
        return True

    def start(
        self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str, known: str = ""
    ) -> Started:
        """Open a try to pay; the same key again answers the same try. `back` is where the customer returns to.

        :param known: the reference of the try if it was opened before, for gateways that do not know our key.
        """

    def tell_started(self, payment, *, now: datetime) -> None:
        """Step: write what the customer must have in hand, such as a letter with the account; nothing for most."""

    def details(self, payment) -> list[tuple[str, str]]:
        """What the customer must have in hand to pay, line by line; nothing for most, whose page says all."""
        return []

    def ask(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        """What the gateway knows of a try; how lost notices are found. Amount and currency are those we asked for."""

    def capture(self, reference: str, *, amount: Decimal, currency: str, now: datetime) -> Report:
        """Take the money of an authorised try; taking it again changes nothing."""

    def let_go(self, reference: str, *, now: datetime) -> Report:
        """Give up an authorised try, so that its money is never taken."""

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        """Give money back, once per key; False while the gateway is still at it.

        :raises ByHand: if a person has to do it.
        """

    def tend(self, *, now: datetime) -> None:
        """What the schedule does for the gateway from time to time; nothing for most."""

    def read_notice(self, headers: dict[str, str], body: bytes, *, now: datetime) -> Notice | None:
        """None if it is true, and tells of no payment.

        :raises NotBelieved: if it is not the gateway's or its time is long past.
        """
        raise NotBelieved(f"{self.label} sends no notices.")
