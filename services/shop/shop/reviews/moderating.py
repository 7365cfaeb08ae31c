"""People read reviews, and decide. Each decision that changes something has its letter, written with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.notifications.models import Mail
from shop.notifications.operations import account_key, compose, write_all
from shop.pages.addresses import absolute
from shop.reviews.models import Review
from shop.reviews.operations import count_anew
from shop.reviews.states import State

KINDS = {State.APPROVED: "review_approved", State.REFUSED: "review_refused"}


@dataclass(frozen=True)
class Decided:
    """What one press came to.

    :ivar changed: were written anew since they were read; they wait to be read again.
    :ivar before: had been decided in this way already.
    """

    done: int
    changed: int
    before: int


def decide(seen: Mapping[int, int], state: State, *, reason: str = "", by: User, now: datetime) -> Decided:
    """This function will approve or refuse reviews and tell their writers, each once.

    :param seen: the version that was read, by review.
    """
    with transaction.atomic(durable=True):
        found = Review.objects.filter(pk__in=list(seen)).order_by("pk")
        found = list(found.select_for_update(of=("self",)).select_related("book", "user"))
        same = [review for review in found if review.version == seen[review.pk]]
        to_do = [review for review in same if review.state != state]
        for review in to_do:
            review.move_to(state, at=now, reason=reason, by=by)
        Review.objects.bulk_update(to_do, ["state", "reason", "version", "decided_at", "decided_by"])
        count_anew(review.book_id for review in to_do)
        write_all(_letters(to_do, now=now))
    return Decided(done=len(to_do), changed=len(seen) - len(same), before=len(same) - len(to_do))


def _letters(reviews: Iterable[Review], *, now: datetime) -> list[Mail]:
    return [_letter(review, now=now) for review in reviews]


def _letter(review: Review, *, now: datetime) -> Mail:
    kind = KINDS[State(review.state)]
    return compose(
        event=f"review:{review.pk}:{review.version}:{kind}",
        kind=kind,
        key=account_key(review.user_id, review.user.email),
        to=review.user.email,
        template=kind,
        context={
            "book": review.book,
            "reason": review.reason,
            "book_url": absolute(review.book.get_absolute_url()),
            "url": absolute(review.get_absolute_url()),
        },
        now=now,
        reader=review.user_id,
    )
