"""What shop and store say to each other about orders, read strictly."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from store_client import read
from store_client.pages import event_key

STATUSES = frozenset({"received", "rejected", "packing", "part_sent", "dispatched", "failed", "cancelled"})
PARCEL_STATES = frozenset({"dispatched", "delivered", "lost", "came_back"})
HOLD_STATES = frozenset({"held", "released", "none"})


@dataclass(frozen=True)
class LineCount:
    """How far one line of an order is, in copies.

    :ivar awaited: of those still to come, how many the warehouse waits for itself; an older store does not say.
    """

    line: int
    ordered: int
    packed: int
    shipped: int
    short: int
    awaited: int = 0


@dataclass(frozen=True)
class Parcel:
    """A parcel that has left the store.

    :ivar contents: how many copies of a line lie in it, by the number of the line.
    """

    number: int
    state: str
    carrier: str
    tracking: str
    contents: dict[int, int]


@dataclass(frozen=True)
class OrderEvent:
    """One move of an order in the store. Versions of an order count 1, 2, 3 … without a gap.

    :ivar line_reasons: why copies of a line cannot be delivered, by the number of the line.
    :ivar parcels: all of its parcels that have left by then. An event of an older store has none.
    """

    order: UUID
    version: int
    status: str
    at: datetime
    reason: str
    lines: tuple[LineCount, ...]
    line_reasons: dict[int, str]
    parcels: tuple[Parcel, ...]
    body: dict = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        return event_key(self.order, self.version)

    @classmethod
    def parse(cls, row: dict) -> "OrderEvent":
        """:raises read.NotAsAgreed: naming the field."""
        return cls(
            order=read.uuid(row, "order"),
            version=read.integer(row, "version", low=1, high=read.INTEGER_MAX),
            status=read.one_of(row, "status", STATUSES),
            at=read.moment(row, "at"),
            reason=read.text(row, "reason"),
            lines=tuple(_line_count(line) for line in read.items(row, "lines")),
            line_reasons=_line_reasons(row),
            parcels=tuple(_parcel(parcel) for parcel in read.items(row, "parcels", [])),
            body=row,
        )


@dataclass(frozen=True)
class OrderAnswer:
    """What the store says to an order it has, with every event so far."""

    order: UUID
    status: str
    version: int
    events: tuple[OrderEvent, ...]

    @classmethod
    def parse(cls, body: dict) -> "OrderAnswer":
        return cls(
            order=read.uuid(body, "order"),
            status=read.text(body, "status", empty=False),
            version=read.integer(body, "version"),
            events=events_of(body),
        )


@dataclass(frozen=True)
class HoldAnswer:
    """What the store says to a hold. `state` is held, released, or none: there never was such a hold.

    :ivar held_until: by the store's clock; None unless it is held.
    """

    order: UUID
    state: str
    held_until: datetime | None = None

    @classmethod
    def parse(cls, body: dict) -> "HoldAnswer":
        state = read.one_of(body, "state", HOLD_STATES)
        held_until = read.moment(body, "held_until") if state == "held" else None
        return cls(order=read.uuid(body, "order"), state=state, held_until=held_until)


@dataclass(frozen=True)
class ShortLine:
    """A line that the store has too few copies for."""

    line: int
    wanted: int
    free: int


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


@dataclass(frozen=True)
class Problem:
    """A refusal. `slug` is the last part of its type and says which one it is."""

    status: int
    slug: str
    title: str
    detail: str
    errors: tuple["FieldError", ...] = ()
    short: tuple[ShortLine, ...] = ()
    events: tuple[OrderEvent, ...] = ()

    @property
    def sentence(self) -> str:
        """For staff: everything that was said."""
        return " ".join([self.detail or self.title, *map(str, self.errors), f"({self.slug})"])

    @property
    def reason(self) -> str:
        """For the customer: what is wrong with the order, without the names of fields."""
        return " ".join(error.message for error in self.errors) or self.title

    @classmethod
    def parse(cls, body: dict, *, status: int) -> "Problem":
        """:raises read.NotAsAgreed: if this is no problem document of the store."""
        kind = read.text(body, "type", empty=False)
        return cls(
            status=status,
            slug=kind.rstrip("/").rpartition("/")[2],
            title=read.text(body, "title", missing=""),
            detail=read.text(body, "detail", missing=""),
            errors=tuple(_field_error(error) for error in read.items(body, "errors", missing=())),
            short=tuple(_short_line(line) for line in read.items(body, "short", missing=())),
            events=events_of(body) if "events" in body else (),
        )


@dataclass(frozen=True)
class HoldLine:
    """So many copies of a book for a line of an order that is about to be placed."""

    line: int
    book: int
    quantity: int

    def body(self) -> dict:
        return dict(vars(self))


@dataclass(frozen=True)
class NewOrderLine:
    line: int
    book: int
    isbn13: str
    title: str
    quantity: int
    unit_price: Decimal
    to_pay: Decimal

    def body(self) -> dict:
        return {**vars(self), "unit_price": str(self.unit_price), "to_pay": f"{self.to_pay:.2f}"}


@dataclass(frozen=True)
class NewOrder:
    """An order on its way to the store. `ship_to` has name, line1, line2, postcode, city, country, phone.

    :ivar payment: on_delivery or prepaid.
    :ivar total: what is owed in all, with delivery and less what a coupon takes off.
    :ivar delivery: what of the total is for sending it; a line's `to_pay` is for all its copies, less a coupon's share.
    :ivar paid: what was captured; of a prepaid order its total, of the other nothing.
    :ivar if_short: what to do if copies are missing: "ship" what is there, or "wait" until all is there.
    """

    placed_at: datetime
    payment: str
    total: Decimal
    delivery: Decimal
    currency: str
    ship_to: dict[str, str]
    note: str
    lines: tuple[NewOrderLine, ...]
    paid: Decimal = Decimal("0.00")
    if_short: str = "ship"

    def body(self) -> dict:
        return {
            "placed_at": utc(self.placed_at),
            "payment": self.payment,
            "paid": str(self.paid),
            "total": str(self.total),
            "delivery": f"{self.delivery:.2f}",
            "currency": self.currency,
            "ship_to": self.ship_to,
            "note": self.note,
            "if_short": self.if_short,
            "lines": [line.body() for line in self.lines],
        }


def utc(moment: datetime) -> str:
    """This function will write an aware moment as the wire has it: UTC with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def events_of(body: dict) -> tuple[OrderEvent, ...]:
    return tuple(OrderEvent.parse(read.obj(event)) for event in read.items(body, "events"))


def _line_count(line: Any) -> LineCount:
    counts = read.obj(line)
    return LineCount(
        **{
            name: read.integer(counts, name, low=0, high=9999)
            for name in ("line", "ordered", "packed", "shipped", "short")
        },
        awaited=read.integer(counts, "awaited", low=0, high=9999) if "awaited" in counts else 0,
    )


def _parcel(row: Any) -> Parcel:
    told = read.obj(row)
    state = read.text(told, "state", empty=False)
    if state not in PARCEL_STATES:
        raise read.NotAsAgreed(f"parcels: {state!r:.40} is not one of {', '.join(sorted(PARCEL_STATES))}")
    return Parcel(
        number=read.integer(told, "number", low=1, high=9999),
        state=state,
        carrier=read.text(told, "carrier"),
        tracking=read.text(told, "tracking"),
        contents={
            read.integer(line, "line", low=1, high=9999): read.integer(line, "copies", low=1, high=9999)
            for line in map(read.obj, read.items(told, "lines"))
        },
    )


def _line_reasons(row: dict) -> dict[int, str]:
    """JSON has only texts as keys. An event of an older store has no reasons."""
    told = read.obj(row.get("line_reasons", {}))
    for line in told:
        if not (isinstance(line, str) and line.isascii() and line.isdigit() and len(line) < 6):
            raise read.NotAsAgreed(f"line_reasons: {line!r:.40} is not the number of a line")
    return {int(line): read.text(told, line) for line in told}


def _short_line(line: Any) -> ShortLine:
    short = read.obj(line)
    return ShortLine(**{name: read.integer(short, name, low=0) for name in ("line", "wanted", "free")})


def _field_error(error: Any) -> FieldError:
    named = read.obj(error)
    return FieldError(field=read.text(named, "field", missing=""), message=read.text(named, "message", missing=""))
