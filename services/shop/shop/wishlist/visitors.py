"""A guest wishes for a book: it is remembered in the session and done once they have logged in."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from shop.wishlist import operations

SESSION_KEY = "wishlist_wish"


def remember_wish(request: HttpRequest, book_id: int) -> None:
    request.session[SESSION_KEY] = book_id


def bring_wish(request: HttpRequest, user) -> None:
    """This function will put on the list what somebody wished for before logging in; safe to repeat."""
    book_id = request.session.pop(SESSION_KEY, None)
    if book_id is None:
        return
    with suppress(operations.WishlistRefused):
        book = operations.add(user, book_id=book_id, now=timezone.now())
        messages.success(request, f"“{book}” is on your wishlist.", extra_tags="to-wishlist")
