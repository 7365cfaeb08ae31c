"""Doors to orders. An order is found through its owner, its key, or a member of staff who may see them all (L28)."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import paging, placing, repeating, shapes, visitors
from shop.api.door import Door, Writes
from shop.api.order_moves import CANCELS, not_ours
from shop.api.order_shapes import NewOrderShape, OneOrderShape, OrderShape, StatusShape, StepShape
from shop.api.permissions import is_staff_with, sees_every_order
from shop.api.problems import refused
from shop.orders import cancelling, queries
from shop.orders.models import Order
from shop.orders.queries import Viewer
from shop.orders.states import State
from shop.staff.roles import SETTLE_ORDER
from shop.story.sources import Known
from shop.story.whole import short_story

KEY_HEADER = "X-Order-Key"
KEY = OpenApiParameter(KEY_HEADER, str, OpenApiParameter.HEADER, description="A guest's order: its order_key.")
REPEAT = repeating.described("Chosen by you for each order: the same one again is the same order.")
MINE = OpenApiParameter("mine", str, enum=["1"], description="For staff: their own orders alone.")


class Orders(Door):
    permission_classes = [AllowAny]  # a guest may order; the list is for those who are known
    writes = Writes.OWN_WAY  # the store is asked in between; a key is good for ever, by the order itself

    @extend_schema(
        operation_id="orders_list",
        parameters=[*paging.PARAMETERS, MINE],
        responses=paging.page_of(OrderShape),
        auth=[{"token": []}],
    )
    def get(self, request):
        """List your orders, the newest first. Staff who may see every order see every order."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        sees_all = not paging.choice_from(request, "mine", "1") and sees_every_order(request)
        orders = queries.every_order() if sees_all else queries.orders_of(request.user)
        return paging.answer_page(request, queries.with_lines_alone(orders), OrderShape)

    @extend_schema(
        operation_id="orders_place",
        parameters=[REPEAT, visitors.PARAMETER],
        request=NewOrderShape,
        responses={201: OneOrderShape, 200: OneOrderShape},
    )
    def post(self, request):
        """Place an order. Prices are frozen, and copies held, as at the checkout of the shop; 200 tells of a repetition."""
        wish = shapes.read(NewOrderShape, request)
        order, is_new = placing.place(
            request, wish, repeat=request.headers.get(repeating.HEADER, ""), now=timezone.now()
        )
        return _show(order.number, status=201 if is_new else 200)


class OneOrder(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key
    writes = Writes.IN_ONE

    @extend_schema(operation_id="orders_read", parameters=[KEY], responses=OneOrderShape)
    def get(self, request, number: UUID):
        """Read an order. A guest's opens by its key."""
        return Response(OneOrderShape(seen(request, number)).data)

    @extend_schema(operation_id="orders_cancel", parameters=[KEY], responses={200: OneOrderShape, 202: OneOrderShape})
    def delete(self, request, number: UUID):
        """Ask to cancel an order. 200: it is cancelled; 202: the warehouse has been asked."""
        return _cancel(seen(request, number, by_staff=is_staff_with(request, SETTLE_ORDER)))

    @extend_schema(
        operation_id="orders_move",
        request=StatusShape,
        responses={200: OneOrderShape, 202: OneOrderShape},
        auth=[{"token": []}],
    )
    def put(self, request, number: UUID):
        """For staff: move an order, where that is for the shop to decide."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if not is_staff_with(request, SETTLE_ORDER):
            raise PermissionDenied
        target, order = State(shapes.read(StatusShape, request)["status"]), seen(request, number)
        now = order.state_at(timezone.now())
        if target == now:
            return Response(OneOrderShape(order).data)
        if target in CANCELS and cancelling.can_cancel(order, now=timezone.now()):
            return _cancel(order)
        raise not_ours(order, now, target)


class OrderTimeline(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key

    @extend_schema(operation_id="orders_timeline", parameters=[KEY], responses=StepShape(many=True))
    def get(self, request, number: UUID):
        """Read all that has happened to an order, in plain words."""
        order = seen(request, number)
        return Response(StepShape(short_story(Known.for_short(order)), many=True).data)


def seen(request, number: UUID, *, by_staff: bool = True) -> Order:
    """:param by_staff: whether who may see every order may do this to another's."""
    if by_staff and sees_every_order(request):
        found = queries.any_order(number)
    else:
        viewer = Viewer(request.user if request.user.is_authenticated else None, frozenset())
        token = request.headers.get(KEY_HEADER, "")
        found = queries.order_of(viewer, number, token=token)
    if found is None:
        raise Http404
    return found


def _cancel(order: Order) -> Response:
    try:
        cancelled = cancelling.cancel(order, now=timezone.now())
    except cancelling.TooLate as refusal:
        raise refused(refusal) from None
    return _show(order.number, status=200 if cancelled.state == State.CANCELLED else 202)


def _show(number: UUID, *, status: int) -> Response:
    return Response(OneOrderShape(queries.any_order(number, with_events=False)).data, status=status)
