"""What buyers say of books. Nothing is shown before a person has read it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from shop.reviews.states import MOVES, IllegalMove, State

SHORTEST, LONGEST = 10, 3000  # characters of a review


class ReviewQuerySet(models.QuerySet):
    def shown(self) -> "ReviewQuerySet":
        return self.filter(state=State.APPROVED)


class Review(models.Model):
    """One buyer's words on one book.

    `version` counts its moves, and makes the letter on a decision unique; a decision names the version that was read.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews")
    book = models.ForeignKey("catalogue.Book", on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=LONGEST)
    signature = models.CharField(max_length=60, blank=True, help_text="What others see as the reviewer's name.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    version = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is not shown, in words for the reviewer.")
    written_at = models.DateTimeField(help_text="When the buyer wrote or last changed it.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "book"], name="one_review_per_buyer_and_book"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_of_1_to_5_stars"),
        ]
        indexes = [
            models.Index(
                F("book"), F("written_at").desc(), F("id").desc(), name="reviews_shown", condition=Q(state="approved")
            ),
            models.Index(fields=["written_at"], name="reviews_to_read", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"Review {self.pk} of {self.book}"

    def get_absolute_url(self) -> str:
        """Its writer's own page of it."""
        return reverse("reviews:review", args=[self.pk])

    @property
    def signed(self) -> str:
        return self.signature or "A reader"

    def move_to(self, state: State, *, at: datetime, reason: str = "", by=None) -> None:
        """This function will change a locked review; the caller saves it.

        :raises IllegalMove: if the table of moves does not allow it.
        """
        if state not in MOVES[State(self.state) if self.version else None]:
            raise IllegalMove(f"{self} cannot go from {self.state} to {state}.")
        self.state, self.reason, self.version = state, reason, self.version + 1
        self.decided_at, self.decided_by = (None, None) if state == State.WAITING else (at, by)


class Rating(models.Model):
    """What the reviews shown of one book come to: read with the book, counted anew whenever one appears or goes."""

    book = models.OneToOneField("catalogue.Book", on_delete=models.CASCADE, primary_key=True, related_name="rating")
    count = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0, help_text="All stars together.")

    def __str__(self) -> str:
        return f"{self.count} reviews of book {self.book_id}"

    @property
    def average(self) -> float:
        """With one digit, as people read it; 0 without reviews."""
        return round(self.stars / self.count + 1e-9, 1) if self.count else 0.0
