"""Mails, each written with the event it tells of, and what people choose to hear of."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.outbox.models import Deliverable, due_indexes


class Mail(Deliverable):
    """One letter to one person, rendered when its event happened so that every attempt sends the same bytes.

    `key` groups letters that must arrive in order (an order's number); `event` makes the letter unique.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused", "refused: a person must look"
        GIVEN_UP = "given up", "given up by a person"
        NOT_WANTED = "not wanted", "not wanted by its reader"

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    event = models.CharField(max_length=120, unique=True, help_text="Such as order:<number>:<version>:<kind>.")
    kind = models.CharField(max_length=40)
    message_id = models.CharField(max_length=200)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    stop_url = models.CharField(
        max_length=900, blank=True, default="", db_default="", help_text="Where its reader can do without such letters."
    )

    class Meta:
        indexes = [
            *due_indexes("mail"),
            models.Index(fields=["id"], name="mail_refused", condition=models.Q(state="refused")),
        ]

    reader_id: int | None = None  # whose account it goes to, while it is being written

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class Choice(models.Model):
    """Whether somebody wants to hear of a topic: an account, or an address without one, in small letters."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="choices")
    address = models.EmailField(blank=True)
    topic = models.CharField(max_length=20)
    wanted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="one_choice_of_an_account", condition=Q(address="")),
            models.UniqueConstraint(
                fields=["address", "topic"], name="one_choice_of_an_address", condition=Q(user=None)
            ),
            models.CheckConstraint(
                condition=Q(user=None, address__gt="") | Q(user__isnull=False, address=""), name="somebody_has_chosen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {'wanted' if self.wanted else 'not wanted'}"


class Digest(models.Model):
    """A day whose letters to staff are written, also if there were none to write."""

    day = models.DateField(primary_key=True)
    made_at = models.DateTimeField()
    letters = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"Digest of {self.day}"
