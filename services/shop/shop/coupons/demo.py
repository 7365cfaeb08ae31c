"""What the demonstration sells with: three coupons, and some books that are cheaper for a time."""

from datetime import datetime, timedelta
from decimal import Decimal

from shop.bell import ring_after_commit
from shop.catalogue.models import Book
from shop.coupons.models import Coupon, Discount
from worker_bell import Topic

COUPONS = (
    {"code": "WELCOME10", "kind": Coupon.Kind.PERCENT, "value": Decimal(10), "note": "Once for each customer."},
    {"code": "SENDFREE", "kind": Coupon.Kind.DELIVERY, "most_per_customer": 0, "note": "As often as they like."},
    {
        "code": "GIFT5",
        "kind": Coupon.Kind.AMOUNT,
        "value": Decimal(5),
        "currency": "EUR",
        "minimum": Decimal(20),
        "most_uses": 100,
        "note": "A hundred of them, from €20 on.",
    },
)
SALE, AUTHOR, PERCENT, LASTS = "Austen weeks", "Jane Austen", Decimal(20), timedelta(days=60)


def fill(*, now: datetime) -> tuple[int, int]:
    """This function will make what is not there yet; safe to repeat.

    :returns: how many coupons there are, and how many books are cheaper: none before the shop has heard of any.
    """
    for coupon in COUPONS:
        Coupon.objects.get_or_create(code=coupon["code"], defaults=coupon)
    books = Book.objects.listed().filter(authors__contains=[AUTHOR])
    if books and not Discount.objects.filter(name=SALE).exists():
        sale = Discount.objects.create(name=SALE, percent=PERCENT, starts_at=now, ends_at=now + LASTS)
        sale.books.set(books)
        ring_after_commit(Topic.PRICES)
    return len(COUPONS), Discount.books.through.objects.filter(discount__name=SALE).count()
