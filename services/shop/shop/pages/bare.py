"""Answers that would be an empty page say what they mean: 405, to who loads an address again that only takes a form."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FOR_PROGRAMS = ("/api/", "/auth/", "/payments/notices/")


class NoBareAnswers:
    """Middleware, the last: the page needs what all others put on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED or answer.content:
            return answer
        if request.path.startswith(FOR_PROGRAMS):
            return answer
        page = render(request, "405.html", status=answer.status_code)
        page["Allow"] = answer["Allow"]
        return page
