"""Doors to the digests: what a reader compares its copy with. Only a service has a copy."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.models import Scope
from store.api.paging import LARGEST_ID, number_from
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem
from store.catalogue import digests as books
from store.orders import digests as orders

MOST_RANGES = 100
USUAL_RANGES = 20


class DigestsDoor(APIView):
    permission_classes = [ScopeOrStaff]
    scopes = {"GET": Scope.FEEDS_READ}


class BookRanges(DigestsDoor):
    def get(self, request):
        found, following = books.ranges(first=_first_of_range(request), number=_number_of_ranges(request))
        return Response({"ranges": found, "next": following})


class BookRows(DigestsDoor):
    def get(self, request):
        return Response({"rows": books.rows(first=_first_of_range(request))})


class OrderRanges(DigestsDoor):
    def get(self, request):
        found, following = orders.ranges(
            client=request.auth.name, first=_prefix(request), number=_number_of_ranges(request)
        )
        return Response({"ranges": found, "next": following})


class OrderRows(DigestsDoor):
    def get(self, request):
        found = orders.rows(client=request.auth.name, prefix=_prefix(request))
        return Response({"rows": [_plain(row) for row in found]})


def _plain(row: dict) -> dict:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


def _number_of_ranges(request: Request) -> int:
    return number_from(request, "ranges", least=1, most=MOST_RANGES, default=USUAL_RANGES)


def _first_of_range(request: Request) -> int:
    first = number_from(request, "from", least=0, most=LARGEST_ID, default=0)
    if first % books.RANGE:
        raise Problem(400, "bad-parameter", "A parameter is wrong", f"`from` must be a multiple of {books.RANGE}.")
    return first


def _prefix(request: Request) -> str:
    prefix = request.query_params.get("from", "")
    if not 1 <= len(prefix) <= orders.MOST_DIGITS or set(prefix) - set("0123456789abcdef"):
        detail = (
            f"`from` must be the first 1 to {orders.MOST_DIGITS} hexadecimal digits of the numbers, in small letters."
        )
        raise Problem(400, "bad-parameter", "A parameter is wrong", detail)
    return prefix
