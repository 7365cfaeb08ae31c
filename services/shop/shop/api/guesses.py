"""Why a coupon cannot be used, as programs hear it: who guesses codes is told to wait."""

from shop.api.problems import Problem, refused
from shop.coupons.operations import CouponRefused
from shop.coupons.visitors import REST_S, TooManyGuesses


def coupon_problem(refusal: CouponRefused) -> Problem:
    if isinstance(refusal, TooManyGuesses):
        return Problem(429, "too-many-guesses", "Please wait", str(refusal), retry_after_s=REST_S)
    return refused(refusal)
