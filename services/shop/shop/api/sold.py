"""The door to what is sold of each book."""

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from shop.api import paging
from shop.api.door import Door
from shop.api.permissions import ForStaff
from shop.staff.roles import SEE_SALES
from shop.staff.sold import sold_since

USUAL_DAYS, MOST_DAYS = 30, 3_660
DAYS = OpenApiParameter(
    "days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": USUAL_DAYS}, description="Until now."
)


class SoldShape(serializers.Serializer):
    product_id = serializers.IntegerField(source="book_id")
    isbn13 = serializers.CharField(source="book__isbn13")
    title = serializers.CharField(source="book__title")
    sold = serializers.IntegerField(help_text="Copies ordered, without those that are short; orders that live alone.")
    shipped = serializers.IntegerField(help_text="Of them sent.")
    orders = serializers.IntegerField()


class Sold(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (SEE_SALES,)}

    @extend_schema(
        operation_id="products_sold", parameters=[DAYS, *paging.PARAMETERS], responses=paging.page_of(SoldShape)
    )
    def get(self, request):
        """For staff who see sales: list books by how many copies were sold of late, most first."""
        days = paging.number_from(request, "days", most=MOST_DAYS, default=USUAL_DAYS)
        return paging.answer_page(request, sold_since(timezone.now() - timedelta(days=days)), SoldShape)
