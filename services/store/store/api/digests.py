"""Doors to the digests: what a reader compares its copy with. Only a service has a copy."""

from types import ModuleType
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.paging import LARGEST_ID, number_from
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem
from store.api.schema import number
from store.api.shapes import (
    BookRangesShape,
    BookRowsShape,
    OrderRangesShape,
    OrderRowsShape,
    ReturnRangesShape,
    return_rows_shape,
)
from store.catalogue import digests as books
from store.orders import digests as orders
from store.returns import digests as returns

MOST_RANGES = 100
USUAL_RANGES = 20
RANGES = number("ranges", least=1, most=MOST_RANGES, usual=USUAL_RANGES, words="How many ranges, at most.")
FIRST = number("from", least=0, most=LARGEST_ID, usual=0, words=f"First id, a multiple of {books.RANGE}.")
PREFIX = OpenApiParameter(
    "from",
    {"type": "string", "pattern": f"^[0-9a-f]{{1,{orders.MOST_DIGITS}}}$"},
    required=True,
    description="First digits of the numbers: how many there are says how large the ranges are.",
)


class DigestsDoor(APIView):
    permission_classes = [ScopeOrStaff]


class BookRanges(DigestsDoor):
    @extend_schema(operation_id="books_digests", parameters=[FIRST, RANGES], responses=BookRangesShape)
    def get(self, request):
        """Read digests of books, range by range. A copy that has the same ones is the same."""
        found, following = books.ranges(first=_first_of_range(request), number=_number_of_ranges(request))
        return Response({"ranges": found, "next": following})


class BookRows(DigestsDoor):
    @extend_schema(operation_id="books_digests_rows", parameters=[FIRST], responses=BookRowsShape)
    def get(self, request):
        """Read the digest of each book of one range."""
        return Response({"rows": books.rows(first=_first_of_range(request))})


class OrderRanges(DigestsDoor):
    @extend_schema(operation_id="orders_digests", parameters=[PREFIX, RANGES], responses=OrderRangesShape)
    def get(self, request):
        """Read digests of the service's orders, range by range. A copy that has the same ones is the same."""
        return _ranges_of(orders, request)


class OrderRows(DigestsDoor):
    @extend_schema(operation_id="orders_digests_rows", parameters=[PREFIX], responses=OrderRowsShape)
    def get(self, request):
        """Read the digest of each order of one range."""
        return _rows_of(orders, request)


class ReturnRanges(DigestsDoor):
    @extend_schema(operation_id="returns_digests", parameters=[PREFIX, RANGES], responses=ReturnRangesShape)
    def get(self, request):
        """Read digests of the service's returns, range by range. A copy that has the same ones is the same."""
        return _ranges_of(returns, request)


class ReturnRows(DigestsDoor):
    @extend_schema(operation_id="returns_digests_rows", parameters=[PREFIX], responses=return_rows_shape())
    def get(self, request):
        """Read the digest of each return of one range."""
        return _rows_of(returns, request)


def _ranges_of(digests: ModuleType, request: Request) -> Response:
    """Of what belongs to a client and is kept in ranges of its numbers."""
    asked = {"first": _prefix(request), "number": _number_of_ranges(request)}
    found, following = digests.ranges(client=request.auth.name, **asked)
    return Response({"ranges": found, "next": following})


def _rows_of(digests: ModuleType, request: Request) -> Response:
    found = digests.rows(client=request.auth.name, prefix=_prefix(request))
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
