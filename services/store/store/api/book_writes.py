"""Books as other services write them: each write once, however often it is sent, with the name of who did it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from store.api.models import BookWrite
from store.catalogue import feed, operations
from store.catalogue.models import Book
from store.ringing import ring_after_commit
from store.waiting import LONGEST_WAIT_MS, alone_with, in_progress, wait_no_longer_than
from worker_bell import Topic

Verb = BookWrite.Verb
# What the feed tells of a book that no write is about.
NOT_WRITTEN = frozenset({"id", "version", "free", "picture"})


class IsbnTaken(Exception):
    """Another book has this ISBN."""


class KeyUsed(Exception):
    """The key belongs to a write of something else."""


class ChangedMeanwhile(Exception):
    """The book is not of the version that the writer has seen; the text is its present one."""


class Wish(NamedTuple):
    """What is to be done to a book.

    :ivar book_id: None for a new one.
    :ivar facts: valid values by field.
    :ivar version: what the writer has seen, if that matters.
    """

    verb: Verb
    book_id: int | None
    facts: dict[str, Any]
    fingerprint: str
    version: int | None = None


def write_book(wish: Wish, *, client: str, key: UUID, actor: str, now: datetime) -> tuple[dict[str, Any], bool]:
    """Do it, and keep who did it; answer the book as it is now, and whether it was this call that did it.

    :raises IsbnTaken, KeyUsed, ChangedMeanwhile, operations.NoSuchBook: nothing is changed then.
    :raises InProgress: try again in a second.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            alone_with(key)
            if known := BookWrite.objects.filter(client=client, key=key).first():
                return _same_again(known, wish), False
            before, book = _done(wish)
            told = _told(book.pk)
            changes = {name: [before.get(name), told[name]] for name in told if told[name] != before.get(name)}
            BookWrite.objects.create(
                client=client,
                key=key,
                fingerprint=wish.fingerprint,
                actor=actor,
                verb=wish.verb,
                book_id=book.pk,
                isbn13=book.isbn13,
                changes={name: pair for name, pair in changes.items() if name not in NOT_WRITTEN},
                at=now,
            )
            ring_after_commit(Topic.BOOKS)
            return told, True
    except IntegrityError as error:
        if "book_isbn13_once" not in str(error):
            raise
        raise IsbnTaken from None
    except OperationalError as error:
        raise in_progress(error) from error


def _same_again(known: BookWrite, wish: Wish) -> dict[str, Any]:
    if known.fingerprint != wish.fingerprint:
        raise KeyUsed
    return _told(known.book_id)


def _done(wish: Wish) -> tuple[dict[str, Any], Book]:
    """Step: the book as it was told before, and the book."""
    if wish.book_id is None:
        return {}, operations.add_book(wish.facts)
    operations.lock_book(wish.book_id)
    before = _told(wish.book_id)
    if wish.version not in (None, before["version"]):
        raise ChangedMeanwhile(before["version"])
    return before, operations.change_book(wish.book_id, wish.facts)


def _told(book_id: int) -> dict[str, Any]:
    """:raises operations.NoSuchBook: also for one that is gone since it was written."""
    if found := feed.books(book_id=book_id):
        return found[0]
    raise operations.NoSuchBook(book_id)
