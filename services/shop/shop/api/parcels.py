"""The door to the parcels of an order."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api.door import Door
from shop.api.order_keys import PARAMETER as KEY
from shop.api.orders import seen
from shop.orders import queries
from shop.orders.models import Parcel

STATES = Parcel.State.choices


class InsideShape(serializers.Serializer):
    product_id = serializers.IntegerField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class ParcelShape(serializers.Serializer):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(STATES, source="state")
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    sent_at = serializers.DateTimeField()
    price = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="Of what is in it.")
    currency = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()

    def get_currency(self, parcel: Parcel) -> str:
        """As of the order."""
        return self.context["order"].currency

    def get_items(self, parcel: Parcel) -> InsideShape(many=True):
        inside = [
            {"product_id": line.book_id, "title": line.title, "quantity": copies} for line, copies in parcel.inside
        ]
        return InsideShape(inside, many=True).data


class OrderParcels(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key

    @extend_schema(operation_id="orders_parcels", parameters=[KEY], responses=ParcelShape(many=True))
    def get(self, request, number: UUID):
        """List the parcels of an order that have left, each with what is in it."""
        order = seen(request, number)
        return Response(ParcelShape(queries.parcels_of(order), many=True, context={"order": order}).data)
