"""A book's card in lists. Drawing one costs more than reading the book, so those drawn lately are kept, by all they show."""

from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from shop.catalogue.models import Book

CARDS_KEPT = 3000  # of about 2 kB, in each process


class Shown(NamedTuple):
    """All that a card shows of a book; the template is given nothing else, so that a kept card is never out of date."""

    id: int
    isbn13: str
    title: str
    authors: tuple[str, ...]
    format: str
    price: object
    currency: str
    cover_sha256: str
    available: int
    offer: tuple[tuple[str, str], ...]
    rating: tuple[int, float] | None  # how many readers, and the stars on average

    @classmethod
    def of(cls, book: Book) -> "Shown":
        """:param book: read by with_available() and with_rating()."""
        rating = getattr(book, "rating", None)
        return cls(
            book.pk,
            book.isbn13,
            book.title,
            tuple(book.authors),
            book.format,
            book.price,
            book.currency,
            book.cover_sha256,
            book.available,
            tuple((book.offer or {}).items()),
            rating and (rating.count, rating.average),
        )

    def book(self) -> Book:
        *own, available, offer, _ = self
        book = Book(**dict(zip(self._fields, own, strict=False)))
        book.available, book.offer = available, dict(offer)
        return book


def card(book: Book, *, level: int, with_button: bool, is_wished: bool) -> SafeString:
    """This function will draw the card of a book under a heading of this level."""
    return _drawn(Shown.of(book), level, with_button, is_wished)


@lru_cache(CARDS_KEPT)
def _drawn(shown: Shown, level: int, with_button: bool, is_wished: bool) -> SafeString:
    readers, stars = shown.rating or (0, 0.0)
    context = {"book": shown.book(), "level": level, "with_button": with_button, "is_wished": is_wished}
    return render_to_string("catalogue/_card.html", context | {"readers": readers, "stars": stars})
