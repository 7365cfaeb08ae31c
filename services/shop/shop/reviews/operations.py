"""What buyers do to their reviews. Decisions on them are in moderating.py."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from shop.accounts.models import User
from shop.catalogue.models import Book
from shop.reviews import queries
from shop.reviews.models import Rating, Review
from shop.reviews.states import State

MOST_REVIEWS, WITHIN = 10, timedelta(hours=1)  # of one person


class ReviewRefused(Exception):
    """A review that is not taken; the text is for the shopper."""


class NotBought(ReviewRefused):
    def __init__(self):
        super().__init__("You can review a book once a parcel with it has left for you.")


class TooManyReviews(ReviewRefused):
    def __init__(self):
        super().__init__(f"{MOST_REVIEWS} reviews within an hour are enough. Please go on a little later.")


def write(user: User, book: Book, *, rating: int, text: str, signature: str, now: datetime) -> Review:
    """This function will write a buyer's review of a book, or change the one there is; people read it before it is shown.

    The same words again change nothing, so that a form sent twice is one review that waits once.

    :raises ReviewRefused: see its kinds; nothing is changed then.
    """
    with transaction.atomic(durable=True):
        # Two forms of one buyer take turns; the constraint would refuse the second one all the same.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        review = Review.objects.filter(user=user, book=book).select_for_update().first()
        said = {"rating": rating, "text": text, "signature": signature}
        if review and all(getattr(review, name) == value for name, value in said.items()):
            return review
        if review is None and not queries.has_bought(user, book):
            raise NotBought
        lately = user.reviews.filter(written_at__gt=now - WITHIN).exclude(book=book)
        if lately.count() >= MOST_REVIEWS:
            raise TooManyReviews
        review = review or Review(user=user, book=book)
        was_shown = review.state == State.APPROVED
        review.move_to(State.WAITING, at=now)
        review.written_at = now
        for name, value in said.items():
            setattr(review, name, value)
        review.save()
        if was_shown:
            count_anew([book.pk])
    return review


def delete(review: Review) -> None:
    with transaction.atomic(durable=True):
        Review.objects.filter(pk=review.pk).delete()
        count_anew([review.book_id])


def forget(user: User) -> None:
    """Step: a person goes, and their words with them."""
    books = list(user.reviews.values_list("book", flat=True))
    user.reviews.all().delete()
    count_anew(books)


def count_anew(books: Iterable[int]) -> None:
    """Step: bring ratings in line with the reviews that are shown, book by book in the order of their keys.

    The rating is locked before it is counted: of two who change reviews of a book the second counts what the first did.
    """
    for book in sorted(set(books)):
        Rating.objects.bulk_create([Rating(book_id=book)], ignore_conflicts=True)
        Rating.objects.select_for_update().get(pk=book)
        shown = Review.objects.shown().filter(book=book)
        sums = shown.aggregate(count=Count("pk"), stars=Coalesce(Sum("rating"), 0))
        Rating.objects.filter(pk=book).update(**sums)
