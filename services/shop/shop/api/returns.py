"""Doors to what goes back of an order: asking for it, and how it stands."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import shapes
from shop.api.carts import ItemShape
from shop.api.door import Door, Writes
from shop.api.order_keys import PARAMETER as KEY
from shop.api.order_keys import page_for
from shop.api.orders import seen
from shop.api.problems import missing, refused
from shop.api.repeating import described, key_used, number_for
from shop.cart.models import MAX_LINES
from shop.orders.models import Order
from shop.returns import asking, queries
from shop.returns.models import LONGEST_WORDS, Return, State, Why

REPEAT = described("Chosen by you: the same one again is the same return.")


class NewReturnShape(shapes.Strict):
    items = ItemShape(many=True, allow_empty=False, max_length=MAX_LINES)
    why = serializers.ChoiceField([choice for choice in Why.choices if choice[0] != Why.UNASKED])
    words = serializers.CharField(max_length=LONGEST_WORDS, allow_blank=True, default="")

    def validate_items(self, items: list[dict]) -> list[dict]:
        if len({item["product_id"] for item in items}) < len(items):
            raise serializers.ValidationError("Name each product once, with all copies of it.")
        return items


class ReturnLineShape(serializers.Serializer):
    product_id = serializers.IntegerField(source="line.book_id")
    title = serializers.CharField(source="line.title")
    quantity = serializers.IntegerField(help_text="Copies that were to come back.")
    received = serializers.IntegerField()
    refund = serializers.IntegerField(help_text="Of how many copies the money goes back.")


class ReturnShape(serializers.Serializer):
    id = serializers.UUIDField(source="number")
    reference = serializers.CharField(help_text="What people say on the phone.")
    status = serializers.ChoiceField(State.choices, source="state")
    why = serializers.ChoiceField(Why.choices)
    words = serializers.CharField()
    reason = serializers.CharField(help_text="Why it was refused.")
    asked_at = serializers.DateTimeField()
    items = ReturnLineShape(many=True, source="lines.all")
    label = serializers.SerializerMethodField()

    def get_label(self, found: Return) -> str | None:
        """The label for the parcel, a PDF, once it is approved; its customer opens it, logged in or by the key in it."""
        return page_for(self.context["request"], found.order, found.label_url) if found.has_label else None


class OrderReturns(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key
    writes = Writes.IN_ONE  # and when the answer is forgotten, the return itself still knows the key

    @extend_schema(operation_id="orders_returns", parameters=[KEY], responses=ReturnShape(many=True))
    def get(self, request, number: UUID):
        """List what goes back of an order, the oldest first."""
        return _told(request, queries.returns_of(seen(request, number)), many=True)

    @extend_schema(
        operation_id="orders_return",
        parameters=[KEY, REPEAT],
        request=NewReturnShape,
        responses={201: ReturnShape},
    )
    def post(self, request, number: UUID):
        """Ask to send copies of an order back. The warehouse decides; how it goes on is told by letters, and here."""
        order, wish = seen(request, number, by_staff=False), shapes.read(NewReturnShape, request)
        key = number_for(request, f"return of {number}")
        wanted = _by_position(order, wish["items"])
        try:
            made = asking.ask(order, wanted=wanted, why=wish["why"], words=wish["words"], key=key, now=timezone.now())
        except asking.CannotReturn as refusal:
            raise refused(refusal) from None
        found = queries.return_of(order, made.number)
        if not _is_as_asked(found, wanted, wish):
            raise key_used()
        return _told(request, found, status=201)


class OneReturn(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key

    @extend_schema(operation_id="orders_return_read", parameters=[KEY], responses=ReturnShape)
    def get(self, request, number: UUID, return_number: UUID):
        """Read how a return stands."""
        if found := queries.return_of(seen(request, number), return_number):
            return _told(request, found)
        raise Http404


def _is_as_asked(found: Return, wanted: dict[int, int], wish: dict) -> bool:
    copies = {line.line.position: line.quantity for line in found.lines.all()}
    return (copies, found.why, found.words) == (wanted, wish["why"], wish["words"])


def _told(request, found: Return | list[Return], *, many: bool = False, status: int = 200) -> Response:
    return Response(ReturnShape(found, many=many, context={"request": request}).data, status=status)


def _by_position(order: Order, items: list[dict]) -> dict[int, int]:
    """:raises Problem: 400, for a product that is not in the order."""
    position = {line.book_id: line.position for line in order.lines.all()}
    unknown = [
        (f"items.{place}.product_id", "This product is not in the order.")
        for place, item in enumerate(items)
        if item["product_id"] not in position
    ]
    if unknown:
        raise missing(*unknown)
    return {position[item["product_id"]]: item["quantity"] for item in items}
