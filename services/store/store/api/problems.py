"""Errors as application/problem+json (RFC 9457), each with a sentence that says what to do."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from store.catalogue.queries import UnknownBooks
from store.orders.accepting import OrderCancelled, OrderDiffers
from store.waiting import InProgress

log = logging.getLogger(__name__)


class Problem(exceptions.APIException):
    """An error of the contract.

    :param slug: the last part of its type; readers decide by it, never by the status alone.
    :param members: further members of the answer.
    """

    def __init__(self, status: int, slug: str, title: str, detail: str, *, retry_after_s: int | None = None, **members):
        super().__init__(detail)
        self.status_code, self.slug, self.title, self.members = status, slug, title, members
        if retry_after_s is not None:
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


def in_progress() -> Problem:
    detail = "Another request with this number, or for these books, is being worked on. Send it again in a second."
    return Problem(409, "in-progress", "Still at work on it", detail, retry_after_s=1)


def unknown_books(error: UnknownBooks) -> Problem:
    errors = [{"field": f"lines.{index}.book", "message": sentence} for index, sentence in error.errors]
    detail = "Take the lines named in errors out, or read the feed of books first; nothing was kept."
    return Problem(422, "invalid", "A book is not sold", detail, errors=errors)


def problem_response(error: Exception, context: dict[str, Any]) -> Response:
    """This function will turn every exception of an API view into an answer; unforeseen ones are logged."""
    problem = as_problem(error)
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(problem, "wait", None):
        headers["Retry-After"] = str(wait)
    return Response(problem.body, status=problem.status_code, headers=headers, content_type="application/problem+json")


def as_problem(error: Exception) -> Problem:
    """This function will name what an exception means to the caller; unforeseen ones are logged."""
    match error:
        case Problem():
            return error
        case UnknownBooks():
            return unknown_books(error)
        case InProgress():
            return in_progress()
        case OrderDiffers():
            detail = "This number belongs to an order with another content. Use a new number for a new order."
            return Problem(409, "order-differs", "The number is taken", detail)
        case OrderCancelled():
            detail = "A cancel of this number came before the order; it will not be packed."
            return Problem(410, "order-cancelled", "The order was cancelled", detail)
        case exceptions.ValidationError():
            detail = "Correct the fields named in errors and send it again; nothing was kept."
            return Problem(422, "invalid", "The request is not valid", detail, errors=list(_flat(error.detail)))
        case exceptions.ParseError():
            return Problem(400, "not-json", "The body cannot be read", str(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            detail = "Send the token of a service credential as “Authorization: Bearer …”."
            return Problem(401, "unauthenticated", "Who are you?", detail)
        case exceptions.PermissionDenied() | PermissionDenied():
            return Problem(403, "forbidden", "Not allowed", "This credential lacks the scope for this request.")
        case exceptions.NotFound() | Http404():
            return Problem(404, "not-found", "Not found", "There is nothing here that you may see.")
        case exceptions.APIException():
            slug, title = error.default_code.replace("_", "-"), HTTPStatus(error.status_code).phrase
            return Problem(error.status_code, slug, title, str(error.detail))
        case OperationalError():
            log.exception("The database does not answer")
            detail = "The warehouse cannot answer at present. Try again."
            return Problem(503, "unavailable", "Try again later", detail, retry_after_s=2)
    log.error("A request failed", exc_info=error)
    return Problem(500, "fault", "A fault of ours", "The warehouse has logged it. Try again later.")


def _flat(detail: Any, field: str = ""):
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(detail, list) and any(isinstance(inner, (dict, list)) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{field}.{index}" if field else str(index))
    else:
        for message in detail if isinstance(detail, list) else [detail]:
            yield {"field": field.removesuffix(".non_field_errors"), "message": str(message)}
