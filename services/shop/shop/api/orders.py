"""Doors to orders. An order is found through its owner, its key, or a member of staff who may see them all (L28)."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from shop.api import paging, placing, repeating, shapes, visitors
from shop.api.door import Door, Writes
from shop.api.order_keys import PARAMETER as KEY
from shop.api.order_keys import key_shown
from shop.api.order_moves import CANCELS, not_ours
from shop.api.order_shapes import NewOrderShape, OneOrderShape, OrderShape, StatusShape, StepShape
from shop.api.permissions import is_staff_with, only_staff_with, sees_every_order
from shop.api.problems import refused
from shop.orders import cancelling, queries
from shop.orders.models import Order
from shop.orders.queries import Viewer
from shop.orders.states import State
from shop.staff.roles import SETTLE_ORDER
from shop.story.sources import Known
from shop.story.whole import short_story

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
        """Place an order. Prices are frozen, and copies held, as at the checkout of the shop.

        An account with an address kept needs to name no more than what it wants; a guest also names `email` and `address`.
        200 answers a repetition, with the order as it is by now.
        """
        placed = placing.place(request, shapes.read(NewOrderShape, request), now=timezone.now())
        if placed.is_new:
            return _show(request, placed.number, status=201)
        return _show(request, placed.number, status=200, headers={repeating.REPLAYED: "true"})


class OneOrder(Door):
    permission_classes = [AllowAny]  # a guest's order opens by its key
    writes = Writes.IN_ONE

    @extend_schema(operation_id="orders_read", parameters=[KEY], responses=OneOrderShape)
    def get(self, request, number: UUID):
        """Read an order. A guest's opens by its key."""
        return _told(request, seen(request, number))

    @extend_schema(operation_id="orders_cancel", parameters=[KEY], responses={200: OneOrderShape, 202: OneOrderShape})
    def delete(self, request, number: UUID):
        """Ask to cancel an order. 200: it is cancelled; 202: the warehouse has been asked."""
        return _cancel(request, seen(request, number, by_staff=is_staff_with(request, SETTLE_ORDER)))

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
        only_staff_with(request, SETTLE_ORDER)
        target, order = State(shapes.read(StatusShape, request)["status"]), seen(request, number)
        now = order.state_at(timezone.now())
        if target == now:
            return _told(request, order)
        if target in CANCELS and cancelling.can_cancel(order, now=timezone.now()):
            return _cancel(request, order)
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
        found = queries.order_of(viewer, number, token=key_shown(request))
    if found is None:
        raise Http404
    return found


def _cancel(request, order: Order) -> Response:
    """Who cancels another's order without its key does so for the shop."""
    is_ours = request.user.is_authenticated and order.user_id != request.user.pk
    try:
        cancelled = cancelling.cancel(order, by=request.user if is_ours else None, now=timezone.now())
    except cancelling.TooLate as refusal:
        raise refused(refusal) from None
    return _show(request, order.number, status=200 if cancelled.state == State.CANCELLED else 202)


def _show(request, number: UUID, **options) -> Response:
    return _told(request, queries.any_order(number, with_events=False), **options)


def _told(request, order: Order, **options) -> Response:
    """:param options: status and headers of the answer."""
    return Response(OneOrderShape(order, context={"request": request}).data, **options)
