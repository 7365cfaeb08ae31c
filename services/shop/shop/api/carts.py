"""Doors to the visitor's own cart. A cart has one line for each book, so a line goes by the book's number."""

from contextlib import suppress

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import shapes, visitors
from shop.api.door import Door, Writes
from shop.api.guesses import coupon_problem
from shop.api.problems import Problem, missing, refused
from shop.api.visitors import Visitor
from shop.cart import operations, queries
from shop.cart.models import MAX_QUANTITY, Cart
from shop.cart.operations import BadQuantity, CartRefused, NoSuchCart, NoSuchLine
from shop.cart.queries import Basket
from shop.cart.visitors import cart_for_writing
from shop.coupons import visitors as coupons
from shop.coupons.operations import CouponRefused

COUPON = OpenApiParameter("coupon", str, description="A code: the sums tell what it saves. An order takes it again.")
LONGEST_CODE = 30


class ItemShape(shapes.Strict):
    product_id = serializers.IntegerField(min_value=1, max_value=shapes.LARGEST_ID)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY, default=1)


class QuantityShape(shapes.Strict):
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_QUANTITY)


class TotalShape(serializers.Serializer):
    copies = serializers.IntegerField()
    goods = serializers.DecimalField(max_digits=12, decimal_places=2, source="quote.goods")
    saved = serializers.DecimalField(max_digits=12, decimal_places=2, source="quote.saved", help_text="By the coupon.")
    delivery = serializers.DecimalField(max_digits=12, decimal_places=2, source="quote.delivery")
    total = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="Delivery and tax included.")
    tax = serializers.DecimalField(max_digits=12, decimal_places=2, source="quote.tax")
    currency = serializers.CharField()
    can_be_ordered = serializers.BooleanField(source="is_sellable")


class CartItemShape(serializers.Serializer):
    id = serializers.IntegerField(source="book_id")
    product_id = serializers.IntegerField(source="book_id")
    title = serializers.CharField(source="book.title")
    quantity = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, source="book.price_now")
    total = serializers.DecimalField(max_digits=12, decimal_places=2)
    problem = serializers.CharField(help_text="Why it cannot be ordered as it stands; usually empty.")


class Tokened(serializers.Serializer):
    cart_token = serializers.SerializerMethodField()

    def get_cart_token(self, shown) -> str | None:
        """What a guest shows as X-Cart-Token from now on; null for accounts."""
        return self.context["visitor"].token


class CartShape(Tokened, TotalShape):
    items = CartItemShape(many=True, source="lines")


class ChangedItemShape(Tokened, CartItemShape):
    pass


class CartDoor(Door):
    permission_classes = [AllowAny]
    writes = Writes.IN_ONE

    def show(self, visitor: Visitor, shape: type[Tokened], what, *, status: int = 200) -> Response:
        headers = {visitors.HEADER: visitor.token} if visitor.token else None
        return Response(shape(what, context={"visitor": visitor}).data, status=status, headers=headers)

    def show_item(self, visitor: Visitor, product_id: int, *, status: int = 200) -> Response:
        """:raises Problem: 404, if another request has taken it out meanwhile."""
        for line in queries.basket_of(visitor).lines:
            if line.book_id == product_id:
                return self.show(visitor, ChangedItemShape, line, status=status)
        raise cart_problem(NoSuchLine())


class TheCart(CartDoor):
    @extend_schema(
        operation_id="cart_read", parameters=[visitors.PARAMETER, visitors.TOKEN, COUPON], responses=CartShape
    )
    def get(self, request):
        """Read your cart, with its sums."""
        visitor = Visitor.of(request)
        return self.show(visitor, CartShape, _basket(request, visitor))

    @extend_schema(
        operation_id="cart_add",
        parameters=[visitors.PARAMETER, visitors.TOKEN],
        request=ItemShape,
        responses={201: ChangedItemShape},
    )
    def post(self, request):
        """Put copies of a book into the cart, on top of those already there. A guest gets a token with the first one."""
        wanted, visitor = shapes.read(ItemShape, request), Visitor.of(request)
        try:
            line = operations.add(cart_for_writing(visitor), book_id=wanted["product_id"], quantity=wanted["quantity"])
        except CartRefused as refusal:
            raise cart_problem(refusal) from None
        return self.show_item(visitor, line.book_id, status=201)

    @extend_schema(operation_id="cart_empty", parameters=[visitors.PARAMETER], responses={204: None})
    def delete(self, request):
        """Take everything out. Doing it again is harmless."""
        if cart := queries.cart_of(Visitor.of(request)):
            with suppress(NoSuchCart):
                operations.clear(cart)
        return Response(status=204)


class CartLine(CartDoor):
    @extend_schema(
        operation_id="cart_item", parameters=[visitors.PARAMETER, visitors.TOKEN], responses=ChangedItemShape
    )
    def get(self, request, product_id: int):
        """Read one line of your cart."""
        return self.show_item(Visitor.of(request), product_id)

    @extend_schema(
        operation_id="cart_change",
        parameters=[visitors.PARAMETER, visitors.TOKEN],
        request=QuantityShape,
        responses=ChangedItemShape,
    )
    def put(self, request, product_id: int):
        """Set the number of copies of a book that is in the cart."""
        quantity, visitor = shapes.read(QuantityShape, request)["quantity"], Visitor.of(request)
        try:
            operations.set_quantity(_cart_of(visitor), book_id=product_id, quantity=quantity)
        except CartRefused as refusal:
            raise cart_problem(refusal) from None
        return self.show_item(visitor, product_id)

    @extend_schema(operation_id="cart_remove", parameters=[visitors.PARAMETER], responses={204: None})
    def delete(self, request, product_id: int):
        """Take a book out of your cart. Doing it again is harmless."""
        if cart := queries.cart_of(Visitor.of(request)):
            with suppress(NoSuchCart):
                operations.remove(cart, book_id=product_id)
        return Response(status=204)


class CartTotal(CartDoor):
    @extend_schema(operation_id="cart_total", parameters=[visitors.PARAMETER, COUPON], responses=TotalShape)
    def get(self, request):
        """Read what your cart costs."""
        return Response(TotalShape(_basket(request, Visitor.of(request))).data)


def cart_problem(refusal: CartRefused) -> Problem:
    if isinstance(refusal, NoSuchLine):
        return Problem(404, "not-found", "Not found", str(refusal))
    return missing(("quantity", str(refusal))) if isinstance(refusal, BadQuantity) else refused(refusal)


def _cart_of(visitor: Visitor) -> Cart:
    """:raises NoSuchLine: of a visitor who has no cart yet."""
    if cart := queries.cart_of(visitor):
        return cart
    raise NoSuchLine


def _basket(request, visitor: Visitor) -> Basket:
    """:raises Problem: 409, for a coupon that cannot be used; 429, after too many that there are not."""
    basket = queries.basket_of(visitor)
    code = request.query_params.get("coupon", "").replace("\0", "")[:LONGEST_CODE]
    customer = request.user.email if request.user.is_authenticated else ""
    try:
        basket.saving = coupons.saving_for(
            request, code, basket.goods, currency=basket.currency, customer=customer, now=timezone.now()
        )
    except CouponRefused as refusal:
        raise coupon_problem(refusal) from None
    return basket
