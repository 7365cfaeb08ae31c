"""Doors to the holds."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem, in_progress, unknown_books
from store.api.serializers import HoldSerializer
from store.api.shapes import HoldAnswerShape
from store.catalogue.queries import UnknownBooks
from store.holds import operations
from store.waiting import InProgress


class OneHold(APIView):
    permission_classes = [ScopeOrStaff]

    @extend_schema(
        operation_id="holds_take", request=HoldSerializer, responses={201: HoldAnswerShape, 200: HoldAnswerShape}
    )
    def put(self, request, number: UUID):
        """Put copies aside for an order that is about to be placed. 200: they were already."""
        form = HoldSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        client = request.auth.name
        try:
            hold, new = operations.take_hold(number=number, client=client, lines=form.domain_lines, now=timezone.now())
        except UnknownBooks as error:
            raise unknown_books(error) from None
        except operations.OutOfStock as error:
            raise _out_of_stock(number, error) from None
        except operations.HoldDiffers:
            detail = "Other lines are held under this number. Release them first."
            raise Problem(409, "hold-differs", "Other copies are held", detail) from None
        except operations.HoldUsed:
            raise _used() from None
        except InProgress:
            raise in_progress() from None
        held_until = hold.held_until.isoformat().replace("+00:00", "Z")
        body = {"order": str(number), "state": hold.state, "held_until": held_until}
        return Response(body, status=201 if new else 200)

    @extend_schema(operation_id="holds_release", responses={200: HoldAnswerShape})
    def delete(self, request, number: UUID):
        """Let go of copies that were put aside. Doing it again is harmless."""
        try:
            known = operations.release_hold(number=number, client=request.auth.name, now=timezone.now())
        except operations.HoldUsed:
            raise _used() from None
        except InProgress:
            raise in_progress() from None
        return Response({"order": str(number), "state": "released" if known else "none"})


def _out_of_stock(number: UUID, error: operations.OutOfStock) -> Problem:
    detail = "The lines in `short` ask for more copies than are free; nothing is held. Ask for fewer."
    short = [line._asdict() for line in error.short]
    return Problem(409, "out-of-stock", "Too few copies", detail, order=str(number), short=short)


def _used() -> Problem:
    detail = "The order of this number has come, or was cancelled; its copies are its own affair now."
    return Problem(409, "hold-used", "The order has come", detail)
