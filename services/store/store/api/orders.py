"""Doors to the orders."""

from functools import partial
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.models import Scope, ServiceCredential
from store.api.paging import LARGEST_ID, LARGEST_PAGE, USUAL_LIST_PAGE, answer_changes, answer_list, number_from
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem, in_progress, unknown_books
from store.api.serializers import CancelSerializer, OrderSerializer
from store.catalogue.queries import UnknownBooks
from store.orders import feed, operations
from store.orders.models import Order, OrderState
from store.waiting import InProgress


class OrdersDoor(APIView):
    permission_classes = [ScopeOrStaff]
    scopes = {"GET": Scope.FEEDS_READ, "PUT": Scope.ORDERS_PUSH}
    staff_permission = "orders.view_order"

    def visible_orders(self):
        """A service sees its own orders, staff those of their role."""
        if isinstance(self.request.auth, ServiceCredential):
            return Order.objects.filter(client=self.request.auth.name)
        return Order.objects.seen_by(self.request.user)


class OrderChanges(OrdersDoor):
    staff_permission = None  # a feed belongs to a client; people read the list

    def get(self, request):
        return answer_changes(request, partial(feed.changes, client=request.auth.name))


class Orders(OrdersDoor):
    def get(self, request):
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
        return answer_list([_as_told(order) for order in found], limit=limit, ids=[order.id for order in found])


class OneOrder(OrdersDoor):
    def get(self, request, number: UUID):
        order = self.visible_orders().filter(number=number).first()
        if order is None:
            raise Http404
        return Response(_as_told(order) | {"events": _events(order)})

    def put(self, request, number: UUID):
        form = OrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        client = request.auth.name
        try:
            order, new = operations.accept_order(
                number=number,
                client=client,
                fingerprint=form.fingerprint,
                lines=form.domain_lines,
                facts=form.facts,
                actor=client,
                now=timezone.now(),
            )
        except UnknownBooks as error:
            raise unknown_books(error) from None
        except operations.OrderDiffers:
            detail = "This number belongs to an order with another content. Use a new number for a new order."
            raise Problem(409, "order-differs", "The number is taken", detail) from None
        except operations.OrderCancelled:
            detail = "A cancel of this number came before the order; it will not be packed."
            raise Problem(410, "order-cancelled", "The order was cancelled", detail) from None
        except InProgress:
            raise in_progress() from None
        if order.shortage:
            raise _out_of_stock(order)
        return _answer(order, status=201 if new else 200, replayed=not new)


class CancelOrder(OrdersDoor):
    scopes = {"PUT": Scope.ORDERS_PUSH}

    def put(self, request, number: UUID):
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


def _answer(order: Order, *, status: int, replayed: bool = False) -> Response:
    body = {"order": str(order.number), "status": order.state, "version": order.version, "events": _events(order)}
    return Response(body, status=status, headers={"Idempotency-Replayed": "true"} if replayed else None)


def _out_of_stock(order: Order) -> Problem:
    detail = "The lines in `short` ask for more copies than are free. The order was rejected; this is final."
    members = {"order": str(order.number), "short": order.shortage, "events": _events(order)}
    return Problem(409, "out-of-stock", "Too few copies", detail, **members)


def _events(order: Order) -> list[dict]:
    return [event.as_told() for event in order.events.order_by("version")]


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
