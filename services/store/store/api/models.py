"""Who may call the API without being a person."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Scope(models.TextChoices):
    ORDERS_PUSH = "orders:push", "push and cancel orders"
    FEEDS_READ = "feeds:read", "read the change feeds and pictures"
    BOOKS_WRITE = "books:write", "write books, one by one and by files"


def digest_of(token: str) -> str:
    # A fast hash is right here: tokens are 32 random bytes, which nobody can guess from it.
    return hashlib.sha256(token.encode()).hexdigest()


class ServiceCredential(models.Model):
    """A service's key: its name, what it may do, and until when. Only the token's SHA-256 is kept.

    A name has two valid rows while a key is being changed; orders belong to the name.
    """

    name = models.CharField(max_length=100)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), default=list)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    is_anonymous = False
    is_authenticated = True
    is_active = True

    class Meta:
        indexes = [models.Index(fields=["name"], name="credentials_of_service")]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_sha256[:8]}…)"

    @classmethod
    def of_token(cls, token: str, *, now: datetime) -> "ServiceCredential | None":
        """The credential the token belongs to, if it has not expired."""
        digest = digest_of(token)
        found = cls.objects.filter(token_sha256=digest).first()
        if found is None or not secrets.compare_digest(found.token_sha256, digest):
            return None
        return None if found.expires_at and found.expires_at <= now else found


class BookWrite(models.Model):
    """What somebody who works through another service did to a book. The key makes doing it again harmless.

    No foreign key to the book: it outlives it.
    """

    class Verb(models.TextChoices):
        ADDED = "added", "added"
        CHANGED = "changed", "changed"
        RETIRED = "retired", "retired"

    client = models.CharField("service", max_length=100)
    key = models.UUIDField(editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    actor = models.CharField("by", max_length=254, help_text="As the service names them.")
    verb = models.CharField("what", max_length=10, choices=Verb)
    book_id = models.BigIntegerField("book")
    isbn13 = models.CharField("ISBN-13", max_length=13)
    changes = models.JSONField(help_text="By field: what stood there before, and what does now.")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "change by a service"
        verbose_name_plural = "changes by services"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="book_is_written_once_by_a_key")]
        indexes = [models.Index(fields=["book_id", "-id"], name="writes_of_book")]

    def __str__(self) -> str:
        return f"{self.isbn13} {self.verb} by {self.actor}"
