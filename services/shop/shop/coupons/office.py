"""What the office does with coupons and discounts by programs. The forms of the admin judge it, so that both say the same."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Model, ProtectedError, Q, QuerySet
from django.forms import ModelForm, model_to_dict, modelform_factory

from shop.bell import ring_after_commit
from shop.coupons.forms import CouponForm, DiscountForm
from shop.coupons.models import Coupon, Discount
from shop.coupons.operations import NOT_COUNTED
from worker_bell import Topic

FROZEN = ("code", "kind", "value", "currency")  # once it was used: it explains a price


class NotValid(Exception):
    """:ivar form: says what is wrong, field by field."""

    def __init__(self, form: ModelForm):
        super().__init__("It is not valid.")
        self.form = form


class WasUsed(Exception):
    """A coupon that explains the price of an order."""

    def __init__(self):
        super().__init__(
            f"This coupon was used, and explains a price: its {', '.join(FROZEN)} stay. End it, and make another one."
        )


class CodeTaken(Exception):
    def __init__(self):
        super().__init__("There is a coupon with this code already.")


def with_uses(coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """With how often each counts as used: orders that came to nothing give their use back."""
    lives = ~Q(uses__order__state__in=NOT_COUNTED) & Q(uses__isnull=False)
    return coupons.annotate(used_now=Count("uses", filter=lives))


def keep_coupon(said: dict[str, Any], *, pk: int | None = None) -> Coupon:
    """This function will make a coupon, or change the one that there is.

    :param said: what is to be; what it does not name stays as it is.
    :raises NotValid, WasUsed, CodeTaken, Coupon.DoesNotExist:
    """
    try:
        with transaction.atomic():
            # The lock of who uses it: a use that is being noted is seen.
            coupon = pk and Coupon.objects.select_for_update(no_key=True).get(pk=pk)
            was = coupon and _what_explains(coupon)
            form = _judged(Coupon, CouponForm, said, coupon)
            if coupon and _what_explains(form.instance) != was and coupon.uses.exists():
                raise WasUsed
            return form.save()
    except IntegrityError:  # another one of the same moment
        raise CodeTaken from None


def remove_coupon(coupon: Coupon) -> None:
    """:raises WasUsed:"""
    try:
        coupon.delete()
    except ProtectedError:
        raise WasUsed from None


def keep_discount(said: dict[str, Any], *, pk: int | None = None) -> Discount:
    """This function will make a discount, or change the one that there is; today's prices follow.

    :param said: what is to be, `books` by their keys; what it does not name stays as it is.
    :raises NotValid, Discount.DoesNotExist:
    """
    with transaction.atomic():
        discount = pk and Discount.objects.select_for_update(no_key=True).get(pk=pk)
        kept = _judged(Discount, DiscountForm, said, discount).save()
        ring_after_commit(Topic.PRICES)
    return kept


def remove_discount(discount: Discount) -> None:
    with transaction.atomic():
        discount.delete()
        ring_after_commit(Topic.PRICES)


def _what_explains(coupon: Coupon) -> list[Any]:
    return [getattr(coupon, name) for name in FROZEN]


def _judged(model: type[Model], form: type[ModelForm], said: dict[str, Any], row: Model | None) -> ModelForm:
    """:raises NotValid:"""
    there = model_to_dict(row) if row else {name: _default(model, name) for name in _fields(model)}
    if "books" in there:
        there["books"] = [book.pk for book in there["books"]]
    filled = modelform_factory(model, form=form, fields="__all__")(there | said, instance=row)
    if not filled.is_valid():
        raise NotValid(filled)
    return filled


def _fields(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]


def _default(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name).get_default()
