"""Mails, each written with the event it tells of."""

from django.db import models

from shop.outbox.models import Deliverable, due_indexes


class Mail(Deliverable):
    """One letter to one person, rendered when its event happened so that every attempt sends the same bytes.

    `key` groups letters that must arrive in order (an order's number); `event` makes the letter unique.
    """

    event = models.CharField(max_length=120, unique=True, help_text="Such as order:<number>:<version>:<kind>.")
    kind = models.CharField(max_length=40)
    message_id = models.CharField(max_length=200)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)

    class Meta:
        indexes = [
            *due_indexes("mail"),
            models.Index(fields=["id"], name="mail_refused", condition=models.Q(state="refused")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
