"""Doors to discounts on books for a time, for staff: by the form of the admin and the same table of roles."""

from decimal import Decimal

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from shop.api import paging, shapes
from shop.api.accounts import faults_of
from shop.api.door import Door, Writes
from shop.api.permissions import ForStaff
from shop.coupons import office
from shop.coupons.models import Discount
from shop.staff import history

LOOK, ADD, CHANGE, REMOVE = (f"coupons.{verb}_discount" for verb in ("view", "add", "change", "delete"))
MOST_BOOKS = 5_000
NAMES = {"books": "product_ids"}


class DiscountShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    percent = serializers.DecimalField(max_digits=4, decimal_places=1)
    every_book = serializers.BooleanField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    is_active = serializers.BooleanField()


class OneDiscountShape(DiscountShape):
    product_ids = serializers.SerializerMethodField()

    def get_product_ids(self, discount: Discount) -> list[int]:
        return sorted(discount.books.values_list("pk", flat=True))


class NewDiscountShape(shapes.Strict):
    name = serializers.CharField(max_length=80, help_text="Customers read it beside the price, such as Summer sale.")
    percent = serializers.DecimalField(max_digits=4, decimal_places=1, min_value=Decimal(0), max_value=Decimal(90))
    every_book = serializers.BooleanField(required=False)
    product_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=shapes.LARGEST_ID),
        max_length=MOST_BOOKS,
        required=False,
        source="books",
        help_text="The books that it is for, unless it is for every one.",
    )
    starts_at = serializers.DateTimeField(allow_null=True, required=False, help_text="Null: at once.")
    ends_at = serializers.DateTimeField(allow_null=True, required=False, help_text="Null: without end.")
    is_active = serializers.BooleanField(required=False)


class DiscountChangesShape(NewDiscountShape):
    pass


class Discounts(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "POST": (ADD,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="discounts_list", parameters=paging.PARAMETERS, responses=paging.page_of(DiscountShape))
    def get(self, request):
        """For staff: list the discounts, the newest first."""
        return paging.answer_page(request, Discount.objects.order_by("-pk"), DiscountShape)

    @extend_schema(operation_id="discounts_add", request=NewDiscountShape, responses={201: OneDiscountShape})
    def post(self, request):
        """For staff: make some books cheaper for a time, or all. Prices follow within seconds."""
        discount = _keep(shapes.read(NewDiscountShape, request))
        history.note(discount, "Added.", by=request.user)
        return Response(OneDiscountShape(discount).data, status=201)


class OneDiscount(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (LOOK,), "PATCH": (CHANGE,), "DELETE": (REMOVE,)}
    writes = Writes.IN_ONE

    @extend_schema(operation_id="discounts_read", responses=OneDiscountShape)
    def get(self, request, discount_id: int):
        """For staff: read a discount."""
        return Response(OneDiscountShape(_discount(discount_id)).data)

    @extend_schema(operation_id="discounts_change", request=DiscountChangesShape, responses=OneDiscountShape)
    def patch(self, request, discount_id: int):
        """For staff: change a discount, or end it (`is_active`, `ends_at`)."""
        wish = shapes.read(DiscountChangesShape, request, partial=True)
        discount = _keep(wish, pk=discount_id)
        history.note(discount, f"Changed: {', '.join(sorted(wish)) or 'nothing'}.", by=request.user)
        return Response(OneDiscountShape(_discount(discount_id)).data)

    @extend_schema(operation_id="discounts_remove", responses={204: None})
    def delete(self, request, discount_id: int):
        """For staff: remove it. Orders that were placed keep their prices."""
        office.remove_discount(_discount(discount_id))
        return Response(status=204)


def _keep(wish: dict, *, pk: int | None = None) -> Discount:
    """:raises Problem:"""
    try:
        return office.keep_discount(wish, pk=pk)
    except office.NotValid as refusal:
        raise faults_of(refusal.form, NAMES) from None
    except Discount.DoesNotExist:
        raise Http404 from None


def _discount(pk: int) -> Discount:
    if found := Discount.objects.filter(pk=pk).first():
        return found
    raise Http404
