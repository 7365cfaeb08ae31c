"""Doors to coupons, for staff: what the office does in the admin, by the same forms and the same table of roles."""

from decimal import Decimal

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import faults_of
from shop.api.door import Door, Writes
from shop.api.permissions import ForStaff
from shop.api.problems import refused
from shop.coupons import office
from shop.coupons.models import Coupon
from shop.staff import history

LOOK, ADD, CHANGE, REMOVE = (f"coupons.{verb}_coupon" for verb in ("view", "add", "change", "delete"))
MOST = 2**31 - 1
AMOUNT = {"max_digits": 12, "decimal_places": 2}
NAMES = {"__all__": "code"}  # what no form field is at fault for: a code that there is already, in whatever case


class NewCouponShape(shapes.Strict):
    code = serializers.CharField(max_length=30, help_text="Customers may type it in small letters.")
    kind = serializers.ChoiceField(Coupon.Kind.choices)
    value = serializers.DecimalField(
        **AMOUNT, min_value=Decimal(0), required=False, help_text="Per cent, or an amount. 0 for free delivery."
    )
    currency = serializers.CharField(
        max_length=3, allow_blank=True, required=False, help_text="Of the amount and of the minimum, such as EUR."
    )
    minimum = serializers.DecimalField(
        **AMOUNT, min_value=Decimal(0), required=False, help_text="The goods must be worth at least this much."
    )
    most_uses = serializers.IntegerField(
        min_value=0, max_value=MOST, allow_null=True, required=False, help_text="By all together; null: without limit."
    )
    most_per_customer = serializers.IntegerField(
        min_value=0, max_value=MOST, required=False, help_text="By e-mail address; 0: without limit."
    )
    starts_at = serializers.DateTimeField(allow_null=True, required=False, help_text="Null: at once.")
    ends_at = serializers.DateTimeField(allow_null=True, required=False, help_text="Null: without end.")
    is_active = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=200, allow_blank=True, required=False, help_text="For staff.")


class CouponChangesShape(NewCouponShape):
    pass


class CouponShape(NewCouponShape):
    id = serializers.IntegerField()
    used = serializers.IntegerField(source="used_now", help_text="Orders that came to nothing give their use back.")


class Coupons(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "POST": (ADD,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="coupons_list", parameters=paging.PARAMETERS, responses=paging.page_of(CouponShape))
    def get(self, request):
        """For staff: list the coupons, the newest first."""
        return paging.answer_page(request, office.with_uses(Coupon.objects.order_by("-pk")), CouponShape)

    @extend_schema(operation_id="coupons_add", request=NewCouponShape, responses={201: CouponShape})
    def post(self, request):
        """For staff: make a coupon."""
        coupon = _keep(shapes.read(NewCouponShape, request))
        history.note(coupon, "Added.", by=request.user)
        return Response(CouponShape(_coupon(coupon.pk)).data, status=201)


class OneCoupon(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "PATCH": (CHANGE,), "DELETE": (REMOVE,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="coupons_read", responses=CouponShape)
    def get(self, request, coupon_id: int):
        """For staff: read a coupon."""
        return Response(CouponShape(_coupon(coupon_id)).data)

    @extend_schema(operation_id="coupons_change", request=CouponChangesShape, responses=CouponShape)
    def patch(self, request, coupon_id: int):
        """For staff: change a coupon, or end it (`is_active`, `ends_at`). What explains the price of an order stays: 409."""
        wish = shapes.read(CouponChangesShape, request, partial=True)
        coupon = _keep(wish, pk=_coupon(coupon_id).pk)
        history.note(coupon, f"Changed: {', '.join(sorted(wish)) or 'nothing'}.", by=request.user)
        return Response(CouponShape(_coupon(coupon_id)).data)

    @extend_schema(operation_id="coupons_remove", responses={204: None})
    def delete(self, request, coupon_id: int):
        """For staff: remove one that nobody has used. Others are ended instead: 409."""
        coupon = _coupon(coupon_id)
        try:
            office.remove_coupon(coupon)
        except office.WasUsed as refusal:
            raise refused(refusal) from None
        return Response(status=204)


def _keep(wish: dict, *, pk: int | None = None) -> Coupon:
    """:raises Problem:"""
    try:
        return office.keep_coupon(wish, pk=pk)
    except office.NotValid as refusal:
        raise faults_of(refusal.form, NAMES) from None
    except (office.WasUsed, office.CodeTaken) as refusal:
        raise refused(refusal) from None
    except Coupon.DoesNotExist:
        raise Http404 from None


def _coupon(pk: int) -> Coupon:
    if found := office.with_uses(Coupon.objects.filter(pk=pk)).first():
        return found
    raise Http404
