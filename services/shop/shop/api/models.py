"""Log-ins of programs, the codes by which an address is confirmed without a browser, and answers that are kept for a day.

No token, code or key is kept itself.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models


class LogIn(models.Model):
    """One log-in of one program: a chain of refresh tokens of which only the newest is good.

    Access tokens name it as well, so that both kinds end with the row.
    """

    key = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_log_ins")
    refresh_key = models.UUIDField(default=uuid4, help_text="The key of the one refresh token that is good.")
    password_mark = models.CharField(max_length=64, help_text="Follows from the password: a new one ends the log-in.")
    second_step = models.BooleanField(default=False, help_text="Whether a code of an authenticator app was shown.")
    client = models.CharField(max_length=200, blank=True, help_text="What the program calls itself.")
    scope = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What it is for; empty: all that its person may.",
    )
    began_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Log-in {self.key} of user {self.user_id}"


class ConfirmationCode(models.Model):
    """The newest code that was mailed to an address that is to be confirmed."""

    address = models.OneToOneField("account.EmailAddress", on_delete=models.CASCADE, primary_key=True, related_name="+")
    code_mark = models.CharField(max_length=64, help_text="A keyed hash of the code.")
    tries_left = models.PositiveSmallIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Code for address {self.address_id}"


class KeptAnswer(models.Model):
    """What was answered to a POST with an Idempotency-Key; see shop.api.repeating."""

    mark = models.CharField(primary_key=True, max_length=64, help_text="A keyed hash of who asked, and the key.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64, help_text="Of what was asked.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty while it is being worked on.")
    sealed = models.TextField(blank=True, help_text="Body and headers, which the key alone opens.")
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Answer {self.mark[:8]}"


class CatalogueTurn(models.Model):
    """A transaction that changed what products answer; written by triggers, see shop.api.fresh."""

    xid = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"Transaction {self.xid}"


class CountedTurns(models.Model):
    """How many of them there were that were added up and forgotten: one row."""

    key = models.BooleanField(primary_key=True, default=True)
    turns = models.BigIntegerField()
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.turns} turns"
