"""What an order costs: pure arithmetic in cents, the same for the cart, the checkout and the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from shop.pages.wording import WHOLE_UNITS

CENT = Decimal("0.01")
WHOLE = Decimal("1.00")
ZERO = Decimal("0.00")


def unit_of(currency: str) -> Decimal:
    """The smallest amount that can be paid: a cent, or one of those that have no parts."""
    return WHOLE if currency in WHOLE_UNITS else CENT


def nearest(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    return (amount / unit).quantize(1, ROUND_HALF_UP) * unit


def reduced(price: Decimal, percent: Decimal, currency: str = "") -> Decimal:
    """This function will take a percentage off a price, to the nearest amount that can be paid."""
    return nearest(price * (100 - percent) / 100, unit_of(currency))


def share(amount: Decimal, part: int, of: int) -> Decimal:
    """This function will answer the part of an amount that belongs to so many copies of a line.

    It is rounded down but for the whole, so that what several parts add up to is never more than the amount.
    """
    return amount if part >= of else (amount * part / of).quantize(CENT, ROUND_DOWN)


@dataclass(frozen=True)
class Goods:
    """A line before any coupon. `unit_price` is what a copy costs after a discount on the book, `list_price` before."""

    quantity: int
    list_price: Decimal
    unit_price: Decimal

    @property
    def total(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Delivery:
    """What sending costs, and from which worth of the goods on it is free (None: never)."""

    price: Decimal = ZERO
    free_from: Decimal | None = None


@dataclass(frozen=True)
class Saving:
    """What a coupon takes off: at most the goods, or the delivery."""

    percent: Decimal = ZERO
    amount: Decimal = ZERO
    free_delivery: bool = False


@dataclass(frozen=True)
class Quote:
    """The sum of an order. `off` has, line by line, what the coupon takes off the whole line."""

    goods: Decimal
    off: tuple[Decimal, ...]
    delivery: Decimal
    tax_percent: Decimal = ZERO

    @property
    def saved(self) -> Decimal:
        return sum(self.off, ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods - self.saved + self.delivery

    @property
    def tax(self) -> Decimal:
        return tax_in(self.total, self.tax_percent)


def tax_in(total: Decimal, percent: Decimal) -> Decimal:
    """This function will say how much of a price that includes tax is tax."""
    return nearest(total - total * 100 / (100 + percent))


def quote(
    goods: Sequence[Goods],
    *,
    saving: Saving | None,
    delivery: Delivery,
    tax_percent: Decimal = ZERO,
    unit: Decimal = CENT,
) -> Quote:
    """This function will add up an order: goods, less the coupon, plus delivery. Prices include tax.

    Free delivery is judged by what the goods cost before the coupon, so that a coupon never makes an order dearer.
    """
    worth = sum((line.total for line in goods), ZERO)
    off = _off(goods, worth, saving, unit) if saving else tuple(ZERO for _ in goods)
    is_free = not goods or (delivery.free_from is not None and worth >= delivery.free_from)
    price = ZERO if is_free or (saving and saving.free_delivery) else delivery.price
    return Quote(goods=worth, off=off, delivery=price, tax_percent=tax_percent)


def _off(goods: Sequence[Goods], worth: Decimal, saving: Saving, unit: Decimal) -> tuple[Decimal, ...]:
    """What is saved, spread over the lines by their worth; units that are left over go to the lines that come first."""
    wanted = min(nearest(worth * saving.percent / 100, unit) + saving.amount, worth)
    if not wanted:
        return tuple(ZERO for _ in goods)
    off = [(wanted * line.total / worth / unit).quantize(1, ROUND_DOWN) * unit for line in goods]
    left = wanted - sum(off)
    for place, line in enumerate(goods):
        more = min(left, line.total - off[place], unit)
        off[place] += more
        left -= more
    return tuple(off)
