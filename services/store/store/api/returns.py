"""Doors to the returns."""

from functools import partial
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.models import ServiceCredential
from store.api.paging import CHANGES, answer_changes
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem, in_progress
from store.api.return_serializers import ReturnSerializer
from store.api.schema import REPLAYED
from store.api.shapes import RETURN_SHAPE, ReturnEventShape, changes_of
from store.orders.models import Order
from store.returns import feed
from store.returns.accepting import NotSent, ReturnDiffers, TooMany, accept_return
from store.returns.models import Return
from store.waiting import InProgress


class ReturnsDoor(APIView):
    permission_classes = [ScopeOrStaff]


class ReturnChanges(ReturnsDoor):
    @extend_schema(
        operation_id="returns_changes", parameters=CHANGES, responses=changes_of(ReturnEventShape(many=True), "Return")
    )
    def get(self, request):
        """Read the feed of what becomes of the service's returns."""
        return answer_changes(request, partial(feed.changes, client=request.auth.name))


class OneReturn(ReturnsDoor):
    @extend_schema(operation_id="returns_read", responses=RETURN_SHAPE)
    def get(self, request, number: UUID):
        """Read a return. A service sees its own ones, staff all."""
        returns = Return.objects.select_related("order").filter(number=number)
        if isinstance(request.auth, ServiceCredential):
            returns = returns.filter(client=request.auth.name)
        if (found := returns.first()) is None:
            raise Http404
        return Response(_as_told(found))

    @extend_schema(
        operation_id="returns_ask",
        parameters=[REPLAYED],
        request=ReturnSerializer,
        responses={201: RETURN_SHAPE, 200: RETURN_SHAPE},
    )
    def put(self, request, number: UUID):
        """Pass on what a customer wants to send back. Doing it again is harmless."""
        form = ReturnSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        client = request.auth.name
        try:
            found, new = accept_return(form.new_return(number), client=client, actor=client, now=timezone.now())
        except Order.DoesNotExist:
            raise Http404 from None
        except ReturnDiffers:
            detail = "This number belongs to a return with another content. Use a new number for a new return."
            raise Problem(409, "return-differs", "The number is taken", detail) from None
        except NotSent as error:
            raise Problem(409, "not-sent", "The order has not left yet", str(error)) from None
        except TooMany as error:
            raise Problem(409, "too-many", "More than was sent", str(error)) from None
        except InProgress:
            raise in_progress() from None
        headers = None if new else {"Idempotency-Replayed": "true"}
        return Response(_as_told(found), status=201 if new else 200, headers=headers)


def _as_told(found: Return) -> dict:
    events = found.events.order_by("version")
    return {
        "return": str(found.number),
        "order": str(found.order.number),
        "status": found.state,
        "version": found.version,
        "events": [event.as_told() for event in events],
    }
