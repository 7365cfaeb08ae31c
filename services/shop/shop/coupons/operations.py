"""Whether a coupon may be used, and that it was."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.db.models import Count, Q, QuerySet

from shop.clock import by_clock
from shop.coupons.models import Coupon, CouponUse
from shop.coupons.pricing import Goods, Saving
from shop.coupons.tariff import quote_for
from shop.orders.models import Order
from shop.orders.states import State
from shop.pages.wording import counted, money

NOT_COUNTED = frozenset({State.EXPIRED, State.REJECTED, State.FAILED, State.CANCELLED})


class CouponRefused(Exception):
    """The coupon cannot be used; the text says why, to the customer."""


class UnknownCoupon(CouponRefused):
    """There is no such coupon."""

    def __init__(self):
        super().__init__("We do not know this code. Please compare it with the coupon.")


class UsedUp(CouponRefused):
    """It has been used as often as it may be, by this customer or by all."""


def check(coupon: Coupon | None, goods: Sequence[Goods], *, currency: str, customer: str, now: datetime) -> Saving:
    """This function will say what a coupon saves for these goods.

    :param customer: the e-mail address, as far as it is known yet; "" leaves the limit per customer to the order.
    :raises CouponRefused:
    """
    if coupon is None:
        raise UnknownCoupon
    _refuse_out_of_time(coupon, now)
    if coupon.currency and coupon.currency != currency:
        raise CouponRefused(f"The coupon {coupon} is for prices in {coupon.currency}.")
    worth = sum((line.total for line in goods), Decimal(0))
    if worth < coupon.minimum:
        raise CouponRefused(
            f"The coupon {coupon} is for orders of {money(coupon.minimum, currency)} and more, without delivery; "
            f"{money(coupon.minimum - worth, currency)} are missing."
        )
    _refuse_if_used_up(coupon, customer.strip().lower())
    saving = saving_of(coupon)
    if quote_for(goods, currency, saving).total == quote_for(goods, currency).total:
        raise CouponRefused(f"The coupon {coupon} would save nothing here. Please keep it for another order.")
    return saving


def saving_of(coupon: Coupon) -> Saving:
    return Saving(
        percent=coupon.value if coupon.kind == Coupon.Kind.PERCENT else Decimal(0),
        amount=coupon.value if coupon.kind == Coupon.Kind.AMOUNT else Decimal(0),
        free_delivery=coupon.kind == Coupon.Kind.DELIVERY,
    )


def lock_coupon(
    code: str, goods: Sequence[Goods], *, currency: str, customer: str, now: datetime
) -> tuple[Coupon, Saving]:
    """Step: lock a coupon and check it, so that its uses are counted by one order at a time; see check().

    :raises CouponRefused: also if others were faster.
    """
    # Not a lock of its key, for which writing down a use elsewhere would have to wait.
    coupon = Coupon.objects.named(code).select_for_update(no_key=True).first()
    return coupon, check(coupon, goods, currency=currency, customer=customer, now=now)


def note_use(coupon: Coupon, order: Order, *, now: datetime) -> None:
    """Step: note that an order used a coupon that is locked."""
    CouponUse.objects.create(order=order, coupon=coupon, customer=order.email.lower(), used_at=now)


def _refuse_out_of_time(coupon: Coupon, now: datetime) -> None:
    if not coupon.is_active or (coupon.ends_at and now >= coupon.ends_at):
        raise CouponRefused(f"The coupon {coupon} is no longer valid.")
    if coupon.starts_at and now < coupon.starts_at:
        raise CouponRefused(f"The coupon {coupon} is valid from {by_clock(coupon.starts_at)} on.")


def _refuse_if_used_up(coupon: Coupon, customer: str) -> None:
    """An order that came to nothing gives its use back by that alone: only orders that live are counted."""
    uses = CouponUse.objects.filter(coupon=coupon).exclude(order__state__in=NOT_COUNTED)
    theirs, everybodys = _counted(uses, customer, all_too=coupon.most_uses is not None)
    limit = coupon.most_per_customer
    if limit and customer and theirs >= limit:
        times = "once" if limit == 1 else counted(limit, "time")
        raise UsedUp(f"You have used the coupon {coupon} already. Each customer can use it {times}.")
    if coupon.most_uses is not None and everybodys >= coupon.most_uses:
        raise UsedUp(f"The coupon {coupon} has been used up.")


def _counted(uses: QuerySet[CouponUse], customer: str, *, all_too: bool) -> tuple[int, int]:
    """This function will count uses by one customer, and those by all if these matter, with one statement.

    A customer is an address, and the account whose address it is now: that may have had another one.
    """
    account = EmailAddress.objects.filter(email=customer, verified=True).values("user")
    if all_too:
        theirs = Q(customer=customer) | Q(order__user__in=account)
        spent = uses.aggregate(all=Count("pk"), theirs=Count("pk", filter=theirs))
        return spent["theirs"], spent["all"]
    by_address, by_account = uses.filter(customer=customer), uses.filter(order__user__in=account)  # an index for each
    return by_address.values("pk").union(by_account.values("pk")).count(), 0
