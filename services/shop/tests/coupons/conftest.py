from datetime import timedelta
from decimal import Decimal

import pytest

from shop.coupons.models import Coupon, Discount


@pytest.fixture
def make_coupon(db):
    """Ten per cent off, unless told otherwise."""

    def make(code: str = "SAVE10", **fields) -> Coupon:
        coupon = Coupon(code=code, **{"kind": Coupon.Kind.PERCENT, "value": Decimal(10), **fields})
        coupon.full_clean()
        coupon.save()
        return coupon

    return make


@pytest.fixture
def make_discount(db):
    """A fifth off every book, or those named, from an hour ago for a day by the real clock."""
    from django.utils import timezone

    def make(*books, name: str = "Summer sale", percent="20", **fields) -> Discount:
        now = timezone.now()
        times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
        discount = Discount.objects.create(
            name=name, percent=Decimal(percent), every_book=not books, **{**times, **fields}
        )
        discount.books.set(books)
        return discount

    return make
