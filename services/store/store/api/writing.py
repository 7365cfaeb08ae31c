"""What all doors that write for somebody of another service have in common: a key, a name, and the words for every no."""

import re
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from store.api import book_writes
from store.api.book_serializers import fingerprint_of
from store.api.paging import LARGEST_ID
from store.api.problems import Problem
from store.api.schema import ETAG, REPLAYED
from store.catalogue.operations import NoSuchBook

KEY_HEADER, ACTOR_HEADER = "Idempotency-Key", "X-Actor"
LONGEST_ACTOR = 254
IN_A_HEADER = OpenApiParameter.HEADER
WRITES = [  # as the description names them
    OpenApiParameter(
        KEY_HEADER, UUID, IN_A_HEADER, required=True, description="The same one again is the same write, done once."
    ),
    OpenApiParameter(ACTOR_HEADER, str, IN_A_HEADER, required=True, description="Who does it, percent-encoded."),
    REPLAYED,
]
CHANGES_ONE = [
    *WRITES,
    ETAG,
    OpenApiParameter(
        "If-Match", str, IN_A_HEADER, description='The version that was seen, such as "12": 412 if it has changed.'
    ),
]
VERSION = re.compile(r'"([0-9]{1,18})"', re.ASCII)


def answer(request: Request, verb: book_writes.Verb, book_id: int | None, facts: dict[str, Any]) -> Response:
    """This function will have it done, and answer the book as it is now.

    :param facts: valid values by field.
    """
    if book_id is not None:
        book_id = min(book_id, LARGEST_ID)
    fingerprint = fingerprint_of(verb, book_id, request.data)
    wish = book_writes.Wish(verb, book_id, facts, fingerprint, _version_seen(request))
    who = {"client": request.auth.name, "key": key_of(request), "actor": actor_of(request)}
    try:
        told, new = book_writes.write_book(wish, **who, now=timezone.now())
    except NoSuchBook:
        raise Http404 from None
    except book_writes.IsbnTaken:
        raise ValidationError({"isbn13": [f"There is a book with the ISBN {facts['isbn13']} already."]}) from None
    except book_writes.KeyUsed:
        raise key_used() from None
    except book_writes.ChangedMeanwhile as error:
        detail = f"The book is of version {error} by now. Read it again, and decide anew; nothing was kept."
        raise Problem(412, "changed-meanwhile", "The book has changed", detail) from None
    headers = {"ETag": f'"{told["version"]}"'} | ({} if new else {"Idempotency-Replayed": "true"})
    return Response(told, status=201 if new and book_id is None else 200, headers=headers)


def key_of(request: Request) -> UUID:
    """:raises Problem: 400, without a key."""
    try:
        return UUID(request.headers.get(KEY_HEADER, ""))
    except ValueError:
        detail = f"Send {KEY_HEADER}: a UUID of your choice for each write, and the same one if you send it again."
        raise Problem(400, "bad-parameter", "A header is wrong", detail) from None


def actor_of(request: Request) -> str:
    """Who does it, as the service names them: percent-encoded, since headers hold few letters.

    :raises Problem: 400
    """
    actor = unquote(request.headers.get(ACTOR_HEADER, "")).replace("\0", "").strip()
    if not 0 < len(actor) <= LONGEST_ACTOR:
        detail = (
            f"Send {ACTOR_HEADER}: who does this, such as their e-mail address, in at most {LONGEST_ACTOR} letters."
        )
        raise Problem(400, "bad-parameter", "A header is wrong", detail)
    return actor


def key_used() -> Problem:
    detail = "This key belongs to a write of something else. Use a new key for a new one."
    return Problem(409, "write-differs", "The key is taken", detail)


def _version_seen(request: Request) -> int | None:
    """:raises Problem: 400, for what is no version of a book."""
    asked = request.headers.get("If-Match", "").strip()
    if asked in ("", "*"):
        return None
    if found := VERSION.fullmatch(asked):
        return int(found[1])
    detail = 'If-Match names the version of the book that you have seen, such as "12".'
    raise Problem(400, "bad-parameter", "A header is wrong", detail)
