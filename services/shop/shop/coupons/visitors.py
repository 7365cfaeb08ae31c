"""The coupon that a visitor has typed: kept in the session until it is used, and not to be guessed."""

from contextlib import suppress
from dataclasses import asdict
from decimal import Decimal

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from shop.coupons.models import Coupon
from shop.coupons.operations import CouponRefused, UnknownCoupon, check
from shop.coupons.pricing import Goods, Saving
from shop.networks import network_of

SESSION_KEY = "coupon"
MOST_GUESSES = 10  # from one address, until it has rested
REST_S = 600


class TooManyGuesses(CouponRefused):
    """Codes that do not exist were tried from this address again and again."""

    def __init__(self):
        super().__init__("Too many unknown codes were tried. Please wait ten minutes, or order without a coupon.")


def remembered(request: HttpRequest) -> str:
    return request.session.get(SESSION_KEY, {}).get("code", "")


def remember(request: HttpRequest, code: str, saving: Saving | None) -> None:
    """This function will keep a coupon and what it was said to save, or forget it if it saves nothing."""
    kept = {name: str(value) for name, value in asdict(saving).items()} | {"code": code} if saving else {}
    if kept == request.session.get(SESSION_KEY, {}):
        return  # the session need not be written
    if kept:
        request.session[SESSION_KEY] = kept
    else:
        del request.session[SESSION_KEY]


def shown(request: HttpRequest, code: str) -> Saving | None:
    """What the page said that this coupon saves; None if it was another one. An order checks it anew."""
    kept = request.session.get(SESSION_KEY, {})
    if not code or kept.get("code", "").upper() != code.upper():
        return None
    return Saving(Decimal(kept["percent"]), Decimal(kept["amount"]), kept["free_delivery"] == "True")


def saving_for(request: HttpRequest, code: str, goods: list[Goods], *, currency, customer, now) -> Saving | None:
    """This function will say what the coupon that a visitor typed saves; None if nothing was typed. See check().

    :raises CouponRefused: see coupon_named() as well.
    """
    if not code.strip():
        return None
    return check(coupon_named(request, code), goods, currency=currency, customer=customer, now=now)


def coupon_named(request: HttpRequest, code: str) -> Coupon:
    """This function will find a coupon by what a visitor typed.

    Only unknown codes count as guesses. Whoever made too many is told nothing about any code for a while.

    :raises UnknownCoupon, TooManyGuesses:
    """
    guesses = f"coupon-guesses:{network_of(get_adapter().get_client_ip(request), v4_prefix=32)}"
    if cache.get(guesses, 0) >= MOST_GUESSES:
        raise TooManyGuesses
    if found := Coupon.objects.named(code).first():
        return found
    _count(guesses)
    raise UnknownCoupon


def _count(guesses: str) -> None:
    """Step: no lock is taken, for one that outlived an outage of the cache would have good codes refused."""
    cache.add(guesses, 0, REST_S)
    with suppress(ValueError):  # it could not be written just now, so there is nothing to count on
        cache.incr(guesses)
        cache.touch(guesses, REST_S)
