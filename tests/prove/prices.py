"""Makes prices worth checking: every second book is cheaper, and some customers have a coupon.

Run as `python -m prove.prices` with the shop's environment, once it has heard of the books.
"""

from decimal import ROUND_HALF_UP, Decimal

import django

COUPON, COUPON_PERCENT, COUPON_EVERY = "PROVE", Decimal(7), 3  # each customer with such a place in the row types it
DISCOUNT_PERCENT = Decimal(15)
DELIVERY_PRICE, FREE_DELIVERY_FROM = Decimal("2.95"), Decimal("25.00")
SETTINGS = {
    "DELIVERY_PRICE": str(DELIVERY_PRICE),
    "FREE_DELIVERY_FROM": str(FREE_DELIVERY_FROM),
    "TAX_PERCENT": "7",
}


def is_cheaper(book: int) -> bool:
    return book % 2 == 0


def price_of(book: int, list_price: Decimal) -> Decimal:
    return cents(list_price * (100 - DISCOUNT_PERCENT) / 100) if is_cheaper(book) else list_price


def taken_off(worth: Decimal) -> Decimal:
    return cents(worth * COUPON_PERCENT / 100)


def delivery_of(worth: Decimal) -> Decimal:
    return Decimal(0) if worth >= FREE_DELIVERY_FROM else DELIVERY_PRICE


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def main() -> None:
    django.setup()
    from shop.catalogue.models import Book
    from shop.coupons.models import Coupon, Discount

    Coupon.objects.create(code=COUPON, kind=Coupon.Kind.PERCENT, value=COUPON_PERCENT, most_per_customer=0)
    discount = Discount.objects.create(name="Every second book", percent=DISCOUNT_PERCENT)
    discount.books.set([book for book in Book.objects.values_list("pk", flat=True) if is_cheaper(book)])


if __name__ == "__main__":
    main()
