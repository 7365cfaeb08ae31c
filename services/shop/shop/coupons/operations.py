"""Whether a coupon may be used, and that it was."""

from datetime import datetime
from decimal import Decimal

from shop.coupons.models import Coupon, CouponUse
from shop.coupons.pricing import Saving
from shop.orders.models import Order
from shop.orders.states import State
from shop.pages.wording import money

NOT_COUNTED = frozenset({State.EXPIRED, State.REJECTED, State.FAILED, State.CANCELLED})


class CouponRefused(Exception):
    """The coupon cannot be used; the message says why, to the customer."""


def saving_of(coupon: Coupon) -> Saving:
    return Saving(
        percent=coupon.value if coupon.kind == Coupon.Kind.PERCENT else Decimal(0),
        amount=coupon.value if coupon.kind == Coupon.Kind.AMOUNT else Decimal(0),
        free_delivery=coupon.kind == Coupon.Kind.DELIVERY,
    )


def check(coupon: Coupon | None, *, goods: Decimal, currency: str, customer: str, now: datetime) -> Saving:
    """This function will say what a coupon saves for these goods.

    :param customer: the e-mail address, as far as it is known yet; "" leaves the limit per customer to the order.
    :raises CouponRefused:
    """
    if coupon is None:
        raise CouponRefused("We do not know this code. Please compare it with the coupon.")
    if not coupon.is_active or (coupon.ends_at and now >= coupon.ends_at):
        raise CouponRefused(f"The coupon {coupon} is no longer valid.")
    if coupon.starts_at and now < coupon.starts_at:
        raise CouponRefused(f"The coupon {coupon} is valid from {coupon.starts_at:%-d %B %Y} on.")
    if coupon.currency and coupon.currency != currency:
        raise CouponRefused(f"The coupon {coupon} is for prices in {coupon.currency}.")
    if goods < coupon.minimum:
        raise CouponRefused(
            f"The coupon {coupon} is for orders of {money(coupon.minimum, currency)} and more; "
            f"{money(coupon.minimum - goods, currency)} are missing."
        )
    _refuse_if_used_up(coupon, customer)
    return saving_of(coupon)


def use(coupon: Coupon, order: Order, *, now: datetime) -> None:
    """Step: note that an order used a coupon, inside the order's transaction. The coupon's lock decides who was first.

    :raises CouponRefused: if others were faster, or this customer has had it.
    """
    coupon = Coupon.objects.select_for_update().get(pk=coupon.pk)
    customer = order.email.lower()
    _refuse_if_used_up(coupon, customer)
    CouponUse.objects.create(order=order, coupon=coupon, customer=customer, used_at=now)


def _refuse_if_used_up(coupon: Coupon, customer: str) -> None:
    """An order that came to nothing gives its use back by that alone: only orders that live are counted."""
    counted = CouponUse.objects.filter(coupon=coupon).exclude(order__state__in=NOT_COUNTED)
    if coupon.most_uses is not None and counted.count() >= coupon.most_uses:
        raise CouponRefused(f"The coupon {coupon} has been used up.")
    limit = coupon.most_per_customer
    if limit and customer and counted.filter(customer=customer.lower()).count() >= limit:
        times = "once" if limit == 1 else f"{limit} times"
        raise CouponRefused(f"The coupon {coupon} can be used {times} by each customer, and you have used it.")
