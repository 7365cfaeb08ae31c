"""Doors to the orders."""

from functools import partial
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from store.accounts.seeing import seen_of
from store.api.models import ServiceCredential
from store.api.paging import (
    CHANGES,
    LARGEST_ID,
    LARGEST_PAGE,
    LIST,
    USUAL_LIST_PAGE,
    answer_changes,
    answer_list,
    number_from,
)
from store.api.parsers import BatchJSONParser
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem, as_problem, in_progress
from store.api.schema import REPLAYED
from store.api.serializers import BatchSerializer, CancelSerializer, OrderSerializer, new_order
from store.api.shapes import (
    BatchAnswerShape,
    EventShape,
    OrderAnswerShape,
    OrderShape,
    WholeOrderShape,
    changes_of,
    list_of,
)
from store.orders import feed, operations
from store.orders.accepting import NewOrder, Taken, accept_order, accept_orders
from store.orders.models import Order, OrderState
from store.waiting import InProgress

STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=OrderState.values)
TOLD = {201: OrderAnswerShape, 200: OrderAnswerShape}  # 200: it was there already


class OrdersDoor(APIView):
    permission_classes = [ScopeOrStaff]

    def visible_orders(self):
        """A service sees its own orders, staff those of their role."""
        if isinstance(self.request.auth, ServiceCredential):
            return Order.objects.filter(client=self.request.auth.name)
        return Order.objects.seen_by(self.request.user)

    def told(self, order: Order) -> dict:
        """An order, to staff without the fields that are not for their eyes."""
        told = _as_told(order)
        if isinstance(self.request.auth, ServiceCredential):
            return told
        rights = self.request.user.get_group_permissions()
        lines = [seen_of(rights, "orders.orderline", line) for line in told["lines"]]
        return seen_of(rights, "orders.order", told | {"lines": lines})


class OrderChanges(OrdersDoor):
    @extend_schema(
        operation_id="orders_changes", parameters=CHANGES, responses=changes_of(EventShape(many=True), "Order")
    )
    def get(self, request):
        """Read the feed of what becomes of the service's orders."""
        return answer_changes(request, partial(feed.changes, client=request.auth.name))


class Orders(OrdersDoor):
    @extend_schema(operation_id="orders_list", parameters=[*LIST, STATUS], responses=list_of(OrderShape))
    def get(self, request):
        """List orders, the oldest first. A service sees its own, staff those of their role."""
        limit = number_from(request, "limit", least=1, most=LARGEST_PAGE, default=USUAL_LIST_PAGE)
        after = number_from(request, "after", least=0, most=LARGEST_ID, default=0)
        orders = self.visible_orders().filter(id__gt=after).order_by("id").prefetch_related("lines")
        if status := request.query_params.get("status"):
            if status not in OrderState.values:
                raise Problem(
                    400, "bad-parameter", "A parameter is wrong", f"`status` is one of {', '.join(OrderState)}."
                )
            orders = orders.filter(state=status)
        found = list(orders[: limit + 1])
        return answer_list([self.told(order) for order in found], limit=limit, ids=[order.id for order in found])


class OneOrder(OrdersDoor):
    @extend_schema(operation_id="orders_read", responses=WholeOrderShape)
    def get(self, request, number: UUID):
        """Read an order, with all that has become of it."""
        order = self.visible_orders().filter(number=number).first()
        if order is None:
            raise Http404
        return Response(self.told(order) | {"events": _events(order)})

    @extend_schema(operation_id="orders_push", parameters=[REPLAYED], request=OrderSerializer, responses=TOLD)
    def put(self, request, number: UUID):
        """Push an order. Doing it again is harmless; the same number with another content is refused."""
        form = OrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        client = request.auth.name
        order, new = accept_order(form.new_order(number), client=client, actor=client, now=timezone.now())
        if order.shortage:
            raise _out_of_stock(order)
        return _answer(order, status=201 if new else 200, replayed=not new)


class OrderBatch(OrdersDoor):
    parser_classes = [BatchJSONParser]

    @extend_schema(operation_id="orders_push_many", request=BatchSerializer, responses=BatchAnswerShape)
    def post(self, request):
        """Push many orders in one request. Each is answered as its own PUT would be, whatever becomes of the others."""
        form = BatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        entries, client = form.validated_data["orders"], request.auth.name
        order_form = OrderSerializer()  # one for all: it costs more to make than to use
        read = {entry["number"]: _read(order_form, **entry) for entry in entries}
        good = [one for one in read.values() if not isinstance(one, Exception)]
        outcomes = accept_orders(good, client=client, actor=client, now=timezone.now()) if good else []
        prefetch_related_objects([taken.order for taken in outcomes if not isinstance(taken, Exception)], "events")
        read |= {one.number: outcome for one, outcome in zip(good, outcomes)}
        return Response({"answers": [{"order": str(number)} | _told_of(read[number]) for number in read]})


class CancelOrder(OrdersDoor):
    @extend_schema(operation_id="orders_cancel", request=CancelSerializer, responses=TOLD)
    def put(self, request, number: UUID):
        """Cancel an order. 201: it has not come yet, and will not be packed when it does."""
        form = CancelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        client = request.auth.name
        try:
            order, unknown = operations.cancel_order(
                number=number, client=client, reason=form.validated_data["reason"], actor=client, now=timezone.now()
            )
        except operations.TooLate as error:
            raise Problem(409, "too-late", "Too late to cancel", f"The order is {error} already.") from None
        except InProgress:
            raise in_progress() from None
        except Order.DoesNotExist:
            raise Http404 from None
        return _answer(order, status=201 if unknown else 200)


def _read(form: OrderSerializer, number: UUID, order: dict) -> NewOrder | Exception:
    try:
        return new_order(number, form.run_validation(order))
    except ValidationError as error:
        return error


def _told_of(outcome: Taken | Exception) -> dict:
    """Status and body that the order's own PUT would answer."""
    error = outcome if isinstance(outcome, Exception) else None
    if error is None and outcome.order.shortage:
        error = _out_of_stock(outcome.order)
    if error:
        problem = as_problem(error)
        return {"status": problem.status_code, "body": problem.body}
    return {"status": 201 if outcome.new else 200, "body": _state(outcome.order)}


def _state(order: Order) -> dict:
    return {"order": str(order.number), "status": order.state, "version": order.version, "events": _events(order)}


def _answer(order: Order, *, status: int, replayed: bool = False) -> Response:
    return Response(_state(order), status=status, headers={"Idempotency-Replayed": "true"} if replayed else None)


def _out_of_stock(order: Order) -> Problem:
    detail = "The lines in `short` ask for more copies than are free. The order was rejected; this is final."
    members = {"order": str(order.number), "short": order.shortage, "events": _events(order)}
    return Problem(409, "out-of-stock", "Too few copies", detail, **members)


def _events(order: Order) -> list[dict]:
    return [event.as_told() for event in sorted(order.events.all(), key=lambda event: event.version)]


def _as_told(order: Order) -> dict:
    lines = sorted(order.lines.all(), key=lambda line: line.line)
    return {
        "order": str(order.number),
        "status": order.state,
        "version": order.version,
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "payment": order.payment,
        "paid": str(order.paid),
        "total": str(order.total),
        "currency": order.currency,
        "ship_to": order.ship_to,
        "note": order.note,
        "if_short": order.if_short,
        "reason": order.reason,
        "lines": [
            {
                "line": line.line,
                "book": line.book_id,
                "isbn13": line.isbn13,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": str(line.unit_price),
            }
            for line in lines
        ],
    }
