"""Books seen lately, kept by the browser itself: no session, no statement, nothing the shop would know of anybody."""

from django.http import HttpRequest, HttpResponse

COOKIE = "seen"
MOST = 8
AGE_S = 30 * 24 * 3600
LARGEST_KEY = 2**63 - 1


def keys(request: HttpRequest) -> list[int]:
    """The books, latest first; what is no key is left out, since anybody may write what they like into a cookie."""
    said = request.COOKIES.get(COOKIE, "")[: 20 * MOST].split(".")
    numbers = [int(each) for each in said if each.isascii() and each.isdigit()]
    return list(dict.fromkeys(number for number in numbers if number <= LARGEST_KEY))[:MOST]


def remember(request: HttpRequest, response: HttpResponse, book: int) -> None:
    latest = [book, *(key for key in keys(request) if key != book)][:MOST]
    value = ".".join(map(str, latest))
    response.set_cookie(COOKIE, value, max_age=AGE_S, httponly=True, samesite="Lax", secure=request.is_secure())


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
