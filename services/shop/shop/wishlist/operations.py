"""Changing a wishlist. Every change locks its owner's row first, so that two tabs take turns."""

from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.cart import operations as carts
from shop.cart.models import Cart
from shop.catalogue.models import Book
from shop.wishlist.models import MOST_BOOKS, WishlistEntry


class WishlistRefused(Exception):
    """A change that the wishlist does not take; the text is for the shopper."""


class UnknownBook(WishlistRefused):
    def __init__(self):
        super().__init__("We do not know this book.")


class FullWishlist(WishlistRefused):
    def __init__(self):
        super().__init__(f"A wishlist holds {MOST_BOOKS} books. Please remove one first.")


def add(user: User, *, book_id: int, now: datetime) -> Book:
    """This function will put a book on the list; one that is there already keeps its place.

    :raises WishlistRefused: see its kinds; nothing is changed then.
    """
    with transaction.atomic(durable=True):
        _lock(user)
        book = Book.objects.filter(pk=book_id).first()
        if book is None:
            raise UnknownBook
        if not user.wishlist.filter(book=book).exists():
            if user.wishlist.count() >= MOST_BOOKS:
                raise FullWishlist
            WishlistEntry.objects.create(user=user, book=book, added_at=now)
    return book


def remove(user: User, *, book_id: int) -> bool:
    """This function will take a book off the list; False if it was not there, which is harmless."""
    with transaction.atomic(durable=True):
        _lock(user)
        return _take(user, book_id)


def move_to_cart(user: User, cart: Cart, *, book_id: int) -> bool:
    """This function will put one copy into the cart and take the book off the list, or do neither.

    False if the book was not on the list: the second press of a double click buys no second copy.

    :raises shop.cart.operations.CartRefused: see its kinds; the book stays on the list then.
    """
    with transaction.atomic(durable=True):
        _lock(user)
        if not _take(user, book_id):
            return False
        carts.put_in(cart, book_id=book_id, quantity=1)
    return True


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)


def _take(user: User, book_id: int) -> bool:
    return user.wishlist.filter(book=book_id).delete()[0] > 0
