"""ETags: what has not changed is not sent again, and what has changed meanwhile is not written over."""

import hashlib
from collections.abc import Callable

from django.http import HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from shop.api import problems, transactions
from shop.api.problems import Problem

HEADER = "If-Match"


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer_if_changed(request: Request, answer: HttpResponseBase) -> HttpResponseBase:
    """This function will put its ETag on the answer to a read, or answer 304 to who has it already."""
    if "ETag" not in answer.headers:
        answer.headers["ETag"] = etag_of(answer.content)
    fitting = get_conditional_response(request._request, etag=answer.headers["ETag"], response=answer)
    if fitting.status_code != 412:
        return fitting
    return JsonResponse(changed().body, status=412, content_type=problems.MEDIA_TYPE)


def is_current(request: Request, answer: Response) -> bool:
    """Whether If-Match names what a read answers now.

    A proxy that compresses an answer marks its tag as weak. All of ours follow from the content, so that says nothing.
    """
    wanted = [tag.removeprefix("W/") for tag in parse_etags(request.headers[HEADER])]
    etag = answer.headers.get("ETag") or etag_of(request.accepted_renderer.render(answer.data))
    return "*" in wanted or etag in wanted


def asks_for_any(request: Request) -> bool:
    """Whether If-Match is fine with whatever is there (RFC 9110, 13.1.1)."""
    return "*" in parse_etags(request.headers[HEADER])


def write_if_current(
    request: Request, read: Callable[[], Response], write: Callable[[], Response], *, in_one: bool
) -> Response:
    """This function will write only over what its writer has seen.

    :param in_one: whether all of it is in our database: then nobody comes between looking and writing.
    :raises Problem: 412
    """

    def look_and_write() -> Response:
        if not is_current(request, read()):
            raise changed()
        return write()

    return transactions.in_one_view(look_and_write) if in_one else look_and_write()


def changed() -> Problem:
    detail = "It is no longer what your ETag says, and was not touched. Read it again, and decide anew."
    return Problem(412, "changed", "It has changed", detail)
