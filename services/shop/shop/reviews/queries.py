"""Reading reviews: those that are shown, by anybody; all others through who wrote them."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import BaseExpression

from shop.accounts.models import User
from shop.catalogue.models import Book
from shop.orders.models import OrderLine
from shop.orders.states import State as OrderState
from shop.reviews.models import Review
from shop.reviews.states import State

SHOWN_WITH_THE_BOOK = 5
ARRIVING = (OrderState.PARTLY_SHIPPED, OrderState.SHIPPED)


def has_bought(user: User, book: Book) -> bool:
    return _parcels(user).filter(book=book).exists()


def _parcels(user: User) -> QuerySet[OrderLine]:
    """Lines of which a copy left for this person, orders claimed by their account included."""
    return OrderLine.objects.filter(order__user=user, order__state__in=ARRIVING, shipped__gt=0)


def reviews_of(book: Book) -> QuerySet[Review]:
    return book.reviews.shown().order_by("-written_at", "-pk")


def own_reviews(user: User) -> QuerySet[Review]:
    return user.reviews.select_related("book").order_by("-written_at", "-pk")


def own_review(user: User, pk: int) -> Review | None:
    return user.reviews.select_related("book").filter(pk=pk).first()


def own_review_of(user: User, book: Book) -> Review | None:
    return user.reviews.filter(book=book).first()


def of_reader(user: User) -> dict[str, BaseExpression]:
    """What a book's page wants to know of who reads it, to be read with the book: nothing of guests."""
    if not user.is_authenticated:
        return {}
    own = Review.objects.filter(user=user, book=OuterRef("pk"))
    return {
        "own_review": Subquery(own.values("pk")),
        "own_review_state": Subquery(own.values("state")),
        "is_bought": Exists(_parcels(user).filter(book=OuterRef("pk"))),
    }


def in_state(state: State) -> QuerySet[Review]:
    """For staff: whosever they are, the oldest first."""
    return Review.objects.select_related("book").filter(state=state).order_by("written_at", "pk")


def any_review(pk: int) -> Review | None:
    """For staff: whosever it is."""
    return Review.objects.select_related("book").filter(pk=pk).first()
