"""Query parameters of feeds and lists, and their answers."""

import json
from collections.abc import Callable

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from store.api import schema
from store.api.problems import Problem
from store.feed.cursor import BadCursor
from store.feed.page import FeedRestarted, Page

LARGEST_PAGE = 2_000
USUAL_FEED_PAGE = 500
USUAL_LIST_PAGE = 100
LARGEST_ID = 2**63 - 1
CHANGES = [
    schema.after("The `next` of the answer before; without it from the beginning."),
    schema.number("limit", least=1, most=LARGEST_PAGE, usual=USUAL_FEED_PAGE, words="Rows, at most."),
]
LIST = [
    schema.number("after", least=0, most=LARGEST_ID, usual=0, words="The `next` of the answer before."),
    schema.number("limit", least=1, most=LARGEST_PAGE, usual=USUAL_LIST_PAGE, words="Rows, at most."),
]


def answer_changes(request: Request, read: Callable[..., Page]) -> HttpResponse:
    """This function will answer one page of a feed; `read` takes after and limit."""
    limit = number_from(request, "limit", least=1, most=LARGEST_PAGE, default=USUAL_FEED_PAGE)
    try:
        page = read(after=request.query_params.get("after") or None, limit=limit)
    except BadCursor:
        detail = "Send the `next` of an earlier answer of this feed, or no `after` to read from the beginning."
        raise Problem(400, "bad-cursor", "The cursor cannot be read", detail) from None
    except FeedRestarted:
        detail = "The feed has begun anew. Read it from the beginning, without `after`."
        raise Problem(410, "feed-restarted", "The feed was restarted", detail) from None
    rows = ",".join(row if isinstance(row, str) else json.dumps(row) for row in page.rows)
    head = json.dumps({"epoch": str(page.next.epoch), "next": str(page.next), "more": page.more})
    # Rows that are JSON already are not read and written once more.
    return HttpResponse(f'{head[:-1]}, "changes": [{rows}]}}', content_type="application/json")


def number_from(request: Request, name: str, *, least: int, most: int, default: int) -> int:
    """:raises Problem: 400, if the parameter is there and is no number between least and most."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        detail = f"`{name}` must be a whole number from {least} to {most}."
        raise Problem(400, "bad-parameter", "A parameter is wrong", detail)
    return int(text)


def answer_list(rows: list[dict], *, limit: int, ids: list[int]) -> Response:
    """:param rows, ids: one more than the limit if there is more."""
    more = len(rows) > limit
    return Response({"results": rows[:limit], "next": str(ids[limit - 1]) if more else None})
