"""Errors as application/problem+json (RFC 9457), each with a sentence that says what to do."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from shop.api.causes import cause_of

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/auth/")


class Problem(exceptions.APIException):
    """An error that a program can act on.

    :param slug: the last part of its type; programs decide by it, people read the detail.
    :param members: further members of the answer.
    """

    def __init__(self, status: int, slug: str, title: str, detail: str, *, retry_after_s: int | None = None, **members):
        super().__init__(detail)
        self.status_code, self.slug, self.title, self.members = status, slug, title, members
        self.wait = retry_after_s

    @property
    def body(self) -> dict[str, Any]:
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status_code,
            "detail": str(self.detail),
            **self.members,
        }


def missing(*fields: tuple[str, str]) -> Problem:
    """:param fields: pairs of a field and what is wrong with it."""
    errors = [{"field": field, "message": message} for field, message in fields]
    detail = "Correct the fields named in errors and send it again; nothing was kept."
    return Problem(400, "invalid", "The request is not valid", detail, errors=errors)


def refused(refusal: Exception) -> Problem:
    """The shop's own words for why something cannot be done as things are, and the field that is to blame if one is."""
    cause, told = cause_of(refusal), str(refusal)
    errors = {"errors": [{"field": cause.field, "message": told}]} if cause.field else {}
    return Problem(409, cause.slug, cause.title, told, **errors, **cause.tells(refusal))


def closed(retry_after_s: int) -> Problem:
    detail = "The shop is closed for a moment while we work on it. Nothing was done; please come back."
    return Problem(503, "closed", "Closed for a moment", detail, retry_after_s=retry_after_s)


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    """This function will turn every exception of an API view into an answer; unforeseen ones are logged."""
    problem = as_problem(error)
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if problem.wait is not None:
        headers["Retry-After"] = str(problem.wait)
    return Response(problem.body, status=problem.status_code, headers=headers, content_type=MEDIA_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This function will answer what no door was asked for, such as a foreign Host: a problem, where programs ask."""
    if not request.path.startswith(FOR_PROGRAMS):
        return defaults.bad_request(request, exception)
    detail = "The request could not be read. Send it to the shop's own address, as its page for programs shows it."
    problem = Problem(400, "bad-request", HTTPStatus.BAD_REQUEST.phrase, detail)
    return JsonResponse(problem.body, status=problem.status_code, content_type=MEDIA_TYPE)


def as_problem(error: Exception) -> Problem:
    """This function will name what an exception means to the caller; unforeseen ones are logged."""
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            return missing(*_flat(error.detail))
        case exceptions.ParseError():
            return Problem(400, "not-json", "The body cannot be read", str(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            detail = "Send a good access token as “Authorization: Bearer …”; POST /auth/token/ gives one."
            return Problem(401, "unauthenticated", "Who are you?", detail)
        case exceptions.PermissionDenied() | PermissionDenied():
            return Problem(403, "forbidden", "Not allowed", "This account may not do that.")
        case exceptions.NotFound() | Http404():
            return Problem(404, "not-found", "Not found", "There is nothing here that you may see.")
        case exceptions.Throttled():
            wait = max(1, round(error.wait or 1))
            detail = f"Too many requests. Go on in {wait} s."
            return Problem(429, "throttled", "Too fast", detail, retry_after_s=wait)
        case exceptions.APIException():
            slug, title = error.default_code.replace("_", "-"), HTTPStatus(error.status_code).phrase
            return Problem(error.status_code, slug, title, str(error.detail))
        case OperationalError():
            log.exception("The database does not answer")
            return Problem(503, "unavailable", "Try again later", "The shop cannot answer at present.", retry_after_s=2)
    log.error("A request failed", exc_info=error)
    return Problem(500, "fault", "A fault of ours", "We have logged it. Try again later.")


def _flat(detail: Any, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{field}.{index}" if field else str(index))
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield field.removesuffix(".non_field_errors"), str(message)
