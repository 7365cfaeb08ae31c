"""Lists by page number, with a count."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from shop.api.problems import missing

USUAL_PAGE, LARGEST_PAGE = 24, 100
LARGEST_NUMBER = 10**9
PARAMETERS = [
    OpenApiParameter("page", {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER, "default": 1}),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}),
]


def number_from(request: Request, name: str, *, most: int, default: int) -> int:
    """:raises Problem: 400, if the parameter is there and is no number from 1 to most."""
    if name not in request.query_params:
        return default
    text = request.query_params[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and 1 <= int(text) <= most):
        raise missing((name, f"Must be a whole number from 1 to {most}."))
    return int(text)


def choice_from(request: Request, name: str, *choices: str) -> str:
    """Empty if the parameter is not there.

    :raises Problem: 400, if it is something else.
    """
    text = request.query_params.get(name, "")
    if text and text not in choices:
        raise missing((name, f"Choose one of {', '.join(choices)}."))
    return text


def page_and_size(request: Request) -> tuple[int, int]:
    size = number_from(request, "page_size", most=LARGEST_PAGE, default=USUAL_PAGE)
    return number_from(request, "page", most=LARGEST_NUMBER, default=1), size


def answer_page(request: Request, rows: QuerySet, shape: type[serializers.Serializer]) -> Response:
    """This function will answer the page asked for.

    :raises NotFound: beyond the last one.
    """
    number, size = page_and_size(request)
    paginator = Paginator(rows, size)
    if number > paginator.num_pages:
        raise NotFound
    found = shape(paginator.page(number).object_list, many=True, context={"request": request}).data
    return answer(request, found, count=paginator.count, number=number, pages=paginator.num_pages)


def answer(request: Request, results: list, *, count: int, number: int, pages: int) -> Response:
    here = request.build_absolute_uri()
    return Response(
        {
            "count": count,
            "next": replace_query_param(here, "page", number + 1) if number < pages else None,
            "previous": replace_query_param(here, "page", number - 1) if number > 1 else None,
            "results": results,
        }
    )


def page_of(shape: type[serializers.Serializer]) -> serializers.Serializer:
    """For the schema: a page of such rows."""
    fields = {
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": shape(many=True),
    }
    return inline_serializer(f"{shape.__name__.removesuffix('Shape')}Page", fields)
