"""What an order costs at the moment it is placed, frozen in its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shop.cart.models import CartLine
from shop.catalogue.models import Book
from shop.coupons.models import Coupon
from shop.coupons.operations import lock_coupon
from shop.coupons.pricing import Goods, Quote
from shop.coupons.tariff import quote_for
from shop.orders.models import OrderLine

AUTHORS_LENGTH = 500


@dataclass(frozen=True)
class Cost:
    """:ivar lines: as they are to be kept, still without their order."""

    quote: Quote
    lines: list[OrderLine]
    currency: str
    coupon: Coupon | None

    @property
    def of_order(self) -> dict:
        """The fields of the order that tell of its price."""
        return {
            "currency": self.currency,
            "coupon_code": self.coupon.code if self.coupon else "",
            "discount": self.quote.saved,
            "delivery": self.quote.delivery,
            "tax_percent": self.quote.tax_percent,
            "total": self.quote.total,
        }


def cost_of(
    taken: list[CartLine], books: Mapping[int, Book], *, currency: str, coupon: str, customer: str, now: datetime
) -> Cost:
    """Step: price lines taken from a cart, and lock their coupon so that its last use goes to one order.

    :param coupon: its code as typed; empty for none.
    :raises shop.coupons.operations.CouponRefused:
    """
    goods = [Goods(line.quantity, books[line.book_id].price, books[line.book_id].price_now) for line in taken]
    found, saving = None, None
    if coupon:
        found, saving = lock_coupon(coupon, goods, currency=currency, customer=customer, now=now)
    quote = quote_for(goods, currency, saving)
    lines = [
        _frozen(position, line, books[line.book_id], off)
        for position, (line, off) in enumerate(zip(taken, quote.off, strict=True), start=1)
    ]
    return Cost(quote, lines, currency, found)


def _frozen(position: int, line: CartLine, book: Book, off) -> OrderLine:
    return OrderLine(
        position=position,
        book=book,
        isbn13=book.isbn13,
        title=book.title,
        authors=book.byline[:AUTHORS_LENGTH],
        list_price=book.price,
        price_reason=book.price_reason,
        unit_price=book.price_now,
        discount=off,
        quantity=line.quantity,
    )
