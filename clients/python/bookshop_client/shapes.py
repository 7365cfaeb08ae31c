"""What the shop tells, as Python has it: money is Decimal, times are aware. What is not known yet is left in `raw`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, get_args, get_origin, get_type_hints
from uuid import UUID

CONVERT: dict[Any, Any] = {
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    UUID: UUID,
    int: int,
    str: str,
    bool: bool,
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """:ivar raw: the whole of it, as the shop said it; it may say more than this client knows.
    :ivar etag: by which the shop knows what you have seen, where it was read by itself; hand the object in as `seen`.
    """

    raw: Mapping[str, Any] = field(repr=False, compare=False)
    etag: str = field(default="", repr=False, compare=False)

    @classmethod
    def of(cls, told: Mapping[str, Any], etag: str = "") -> Self:
        hints = get_type_hints(cls)
        names = {one.name for one in fields(cls)} - {"raw", "etag"}
        return cls(raw=told, etag=etag, **{name: _read(hints[name], told[name]) for name in names})


def _read(hint: Any, value: Any) -> Any:
    """A field as its hint says: a plain kind, one of these or None, a tuple of them, or another of our classes."""
    arguments: list[Any] = list(get_args(hint))
    if type(None) in arguments:
        return None if value is None else _read(next(kind for kind in arguments if kind is not type(None)), value)
    if get_origin(hint) is tuple:
        return tuple(_read(arguments[0], one) for one in value)
    if isinstance(hint, type) and issubclass(hint, Told):
        return hint.of(value)
    return CONVERT[hint](value)


@dataclass(frozen=True, kw_only=True)
class Rating(Told):
    count: int

    @property
    def average(self) -> float:
        return float(self.raw["average"])


@dataclass(frozen=True, kw_only=True)
class Product(Told):
    """`price` is what a copy costs today, `list_price` before any discount."""

    id: int
    isbn13: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    publisher: str
    language: str
    price: Decimal
    list_price: Decimal
    currency: str
    available: int
    retired: bool
    rating: Rating | None
    picture: str | None
    page: str


@dataclass(frozen=True, kw_only=True)
class Heading(Told):
    slug: str
    name: str
    books: int


@dataclass(frozen=True, kw_only=True)
class Category(Heading):
    children: tuple["Category", ...]


@dataclass(frozen=True, kw_only=True)
class Me(Told):
    """`username` is empty if the account is known by its address alone, `scope` if the log-in is for all that it may."""

    id: int
    username: str
    email: str
    name: str
    is_staff: bool
    joined_at: datetime
    scope: str


@dataclass(frozen=True, kw_only=True)
class CartItem(Told):
    """`problem` says why it cannot be ordered as it stands; usually empty."""

    product_id: int
    title: str
    quantity: int
    price: Decimal
    total: Decimal
    problem: str


@dataclass(frozen=True, kw_only=True)
class Total(Told):
    copies: int
    goods: Decimal
    saved: Decimal
    delivery: Decimal
    total: Decimal
    tax: Decimal
    currency: str | None
    can_be_ordered: bool


@dataclass(frozen=True, kw_only=True)
class Cart(Total):
    items: tuple[CartItem, ...]


@dataclass(frozen=True)
class Address:
    """Where a parcel goes. `country` is a two-letter code."""

    name: str
    line1: str
    postcode: str
    city: str
    country: str
    line2: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class KeptAddress(Told):
    id: int
    is_default: bool
    name: str
    line1: str
    line2: str
    postcode: str
    city: str
    country: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class OrderLine(Told):
    product_id: int
    isbn13: str
    title: str
    quantity: int
    price: Decimal
    total: Decimal
    saved: Decimal
    shipped: int
    short: int


@dataclass(frozen=True, kw_only=True)
class Order(Told):
    id: UUID
    reference: str
    status: str
    placed_at: datetime
    payment: str
    goods: Decimal
    saved: Decimal
    delivery: Decimal
    total: Decimal
    currency: str
    items: tuple[OrderLine, ...]


@dataclass(frozen=True, kw_only=True)
class OrderDetails(Order):
    """`pay_page` is where a person pays in a browser; `order_key` opens a guest's order, and is told to guests alone."""

    email: str
    reason: str
    tax: Decimal
    paid: Decimal
    pay_until: datetime | None
    pay_page: str | None
    order_key: str | None


@dataclass(frozen=True, kw_only=True)
class Step(Told):
    at: datetime
    kind: str
    words: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Review(Told):
    rating: int
    text: str
    signature: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class Wish(Told):
    added_at: datetime
    product: Product


@dataclass(frozen=True, kw_only=True)
class Inside(Told):
    product_id: int
    title: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Parcel(Told):
    number: int
    status: str
    carrier: str
    tracking: str
    sent_at: datetime
    price: Decimal
    currency: str
    items: tuple[Inside, ...]


@dataclass(frozen=True, kw_only=True)
class Payment(Told):
    """How the payment of an order stands; `raw` names the ways to pay it, the tries and the refunds."""

    payment: str
    total: Decimal
    currency: str
    paid: Decimal
    can_be_paid: bool
    pay_until: datetime | None

    @property
    def ways(self) -> tuple[str, ...]:
        """Names for `pay`."""
        return tuple(str(way["gateway"]) for way in self.raw["ways"])


@dataclass(frozen=True, kw_only=True)
class ReturnLine(Told):
    product_id: int
    title: str
    quantity: int
    received: int
    refund: int


@dataclass(frozen=True, kw_only=True)
class Return(Told):
    """`label` is the address of the PDF for the parcel, once the warehouse has approved."""

    id: UUID
    reference: str
    status: str
    why: str
    words: str
    reason: str
    asked_at: datetime
    items: tuple[ReturnLine, ...]
    label: str | None
