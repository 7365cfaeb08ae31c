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
    """Money that was taken, under the gateway's own number."""

    id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Report:
    """Everything a gateway says of one try to pay."""

    standing: Standing
    charges: tuple[Charge, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Notice:
    """A report that came by itself. `payment` is our key, which the gateway was given at the start."""

    id: str
    payment: UUID
    report: Report
    body: dict


@dataclass(frozen=True)
class Started:
    """:ivar url: where the customer goes to pay."""

    reference: str
    url: str


class Gateway(Protocol):
    """Every method may take a second and none is called inside a transaction.

    All raise GatewayUnavailable (ask again later) or GatewayRefused (final).

    :cvar name: in addresses and rows; never changes.
    :cvar label: what the customer reads on the button.
    """

    name: str
    label: str

    def start(self, key: UUID, *, amount: Decimal, currency: str, about: str, ends: datetime, back: str) -> Started:
        """Open a try to pay; the same key again answers the same try. `back` is where the customer returns to."""

    def ask(self, reference: str, *, now: datetime) -> Report:
        """What the gateway knows of a try; how lost notices are found."""

    def capture(self, reference: str, *, now: datetime) -> Report:
        """Take the money of an authorised try; taking it again changes nothing."""

    def let_go(self, reference: str, *, now: datetime) -> Report:
        """Give up an authorised try, so that its money is never taken."""

    def refund(self, charge: str, *, key: str, amount: Decimal, currency: str, now: datetime) -> bool:
        """Give money back, once per key; False while the gateway is still at it."""

    def tend(self, *, now: datetime) -> None:
        """What the schedule does for the gateway from time to time; nothing for most."""

    def read_notice(self, headers: dict[str, str], body: bytes, *, now: datetime) -> Notice:
        """:raises NotBelieved: if it is not the gateway's or its time is long past."""
