"""What an invoice says, worked out from its order: the same for page and PDF."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shop.coupons.pricing import ZERO, tax_in
from shop.invoices.models import Invoice
from shop.orders import countries
from shop.orders.models import Order, OrderLine
from shop.payments import queries as payments
from shop.payments.models import Refund
from shop.payments.states import RefundState


@dataclass(frozen=True)
class Item:
    """Copies of one book that were sent. `total` is what they cost before the coupon, `was` the price before a discount."""

    title: str
    authors: str
    isbn13: str
    copies: int
    price: Decimal
    total: Decimal
    was: Decimal | None = None
    why: str = ""
    missing: int = 0


@dataclass(frozen=True)
class GivenBack:
    """:ivar is_later: it was decided after the invoice, which it corrects."""

    at: datetime
    amount: Decimal
    reason: str
    is_done: bool
    is_later: bool


@dataclass(frozen=True)
class Bill:
    """An invoice ready to be put on a page or on paper; amounts are in `currency` and include tax.

    :ivar paid: what was taken before anything went back; None for an order that is paid on delivery.
    """

    invoice: Invoice
    order: Order
    currency: str
    bill_to: list[str]
    ship_to: list[str]
    items: list[Item]
    goods: Decimal
    coupon: Decimal
    delivery: Decimal
    total: Decimal
    tax_percent: Decimal
    paid: Decimal | None
    given_back: list[GivenBack]

    @property
    def tax(self) -> Decimal:
        return tax_in(self.total, self.tax_percent)

    @property
    def kept(self) -> Decimal | None:
        """What was taken and not given back."""
        return None if self.paid is None else self.paid - sum((each.amount for each in self.given_back), ZERO)

    @property
    def corrected(self) -> Decimal | None:
        """What the invoice comes to after refunds that were decided later; None if they do not touch it."""
        is_touched = any(each.is_later for each in self.given_back) and self.kept is not None and self.kept < self.total
        return max(self.kept, ZERO) if is_touched else None

    @property
    def corrected_tax(self) -> Decimal:
        return tax_in(self.corrected or ZERO, self.tax_percent)


def billed(order: Order, lines: Iterable[OrderLine]) -> Decimal:
    """What is charged for an order that was sent: the copies that left, after the coupon, and the delivery."""
    sent = [line for line in lines if line.shipped]
    return sum((line.price_of(line.shipped) for line in sent), order.delivery if sent else ZERO)


def bill_of(invoice: Invoice) -> Bill:
    """This function will read all that stands on an invoice, with a constant number of statements."""
    order = invoice.order
    lines = [line for line in order.lines.order_by("position") if line.shipped]
    goods = sum((line.shipped * line.unit_price for line in lines), ZERO)
    prepaid = order.payment == Order.Payment.PREPAID
    return Bill(
        invoice=invoice,
        order=order,
        currency=order.currency,
        bill_to=_written(order.bill_to),
        ship_to=_written({part: getattr(order, f"ship_{part}") for part in order.bill_to}),
        items=[_item(line) for line in lines],
        goods=goods,
        coupon=goods - sum((line.price_of(line.shipped) for line in lines), ZERO),
        delivery=order.delivery if lines else ZERO,
        total=invoice.total,
        tax_percent=order.tax_percent,
        paid=payments.paid_for(order) if prepaid else None,
        given_back=[_given_back(each, invoice) for each in _refunds(order)] if prepaid else [],
    )


def _refunds(order: Order) -> Iterable[Refund]:
    return payments.refunds_of(order).filter(payment__captured_currency=order.currency)


def _item(line: OrderLine) -> Item:
    return Item(
        title=line.title,
        authors=line.authors,
        isbn13=line.isbn13,
        copies=line.shipped,
        price=line.unit_price,
        total=line.shipped * line.unit_price,
        was=line.list_price if line.list_price > line.unit_price else None,
        why=line.price_reason,
        missing=line.quantity - line.shipped,
    )


def _given_back(refund: Refund, invoice: Invoice) -> GivenBack:
    return GivenBack(
        at=refund.created_at,
        amount=refund.amount,
        reason=refund.reason,
        is_done=refund.stage == RefundState.DONE,
        is_later=refund.created_at > invoice.issued_at,
    )


def _written(address: dict[str, str]) -> list[str]:
    """An address as it stands on an envelope. Who has deleted the account is in no book of ours any more."""
    if not address["name"]:
        return ["(removed at the customer's wish)"]
    country = countries.NAMES.get(address["country"], address["country"])
    lines = [address["name"], address["line1"], address["line2"], f"{address['postcode']} {address['city']}", country]
    return [line for line in lines if line.strip()]
