"""Reading what lowers a price."""

from collections.abc import Iterable
from datetime import datetime

from shop.coupons.models import Coupon, Discount


def coupon_named(code: str) -> Coupon | None:
    """This function will find a coupon by what a customer typed, in any case and with spaces around."""
    return Coupon.objects.filter(code__iexact=code.strip()).first() if code.strip() else None


def best_discounts(books: Iterable[int], *, now: datetime) -> dict[int, Discount]:
    """This function will find, in two statements at most, the best running discount for each book that has one."""
    wanted = set(books)
    running = list(Discount.objects.running(now).order_by("percent", "-pk"))
    if not running or not wanted:
        return {}
    best: dict[int, Discount] = {}
    by_pk = {discount.pk: discount for discount in running}
    fitting = Discount.books.through.objects.filter(discount_id__in=by_pk, book_id__in=wanted)
    named = {(link.discount_id, link.book_id) for link in fitting}
    for discount in running:  # the best comes last and stays
        for book in wanted:
            if discount.every_book or (discount.pk, book) in named:
                best[book] = discount
    return best
