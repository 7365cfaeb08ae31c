"""Reading a wishlist, always through its owner."""

from django.db.models import Prefetch, QuerySet

from shop.accounts.models import User
from shop.catalogue.models import Book
from shop.wishlist.models import WishlistEntry


def entries_of(user: User) -> QuerySet[WishlistEntry]:
    """Newest first, each with its book, what is available of it and what buyers say of it."""
    books = Prefetch("book", Book.objects.with_available().with_rating())
    return user.wishlist.prefetch_related(books).order_by("-added_at", "-pk")
