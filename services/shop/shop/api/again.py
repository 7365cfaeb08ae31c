"""The door by which an order's books come into the cart once more."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from shop.api import visitors
from shop.api.carts import CartDoor, Tokened, cart_problem
from shop.api.orders import KEY, seen
from shop.api.visitors import Visitor
from shop.cart.operations import CartRefused
from shop.cart.visitors import cart_for_writing
from shop.orders.again import order_again


class AgainShape(Tokened):
    copies = serializers.IntegerField(help_text="Of those of the order that are in the cart now.")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="A sentence for each book of which not all can be had."
    )


class OrderAgain(CartDoor):
    @extend_schema(
        operation_id="orders_again",
        parameters=[KEY, visitors.PARAMETER],
        request=None,
        responses=AgainShape,
    )
    def post(self, request, number: UUID):
        """Fill the cart up to what the order held, as far as it can be had. Doing it again adds nothing."""
        order, visitor = seen(request, number, by_staff=False), Visitor.of(request)
        try:
            came = order_again(order, cart_for_writing(visitor))
        except CartRefused as refusal:
            raise cart_problem(refusal) from None
        return self.show(visitor, AgainShape, came)
