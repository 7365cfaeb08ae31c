"""The worker makes pictures: the book's of what was sent in for it, and small ones for the pages of staff."""

import logging
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from store.catalogue.models import PICTURE_FIELDS, Book, SentPicture, SmallPicture
from store.catalogue.pictures import SMALL_SIDES_PX, NotAPicture, Picture, remake
from store.ringing import ring_after_commit
from store.works.folder import Folder
from store.works.turn import Turn, the_turn
from store.works.work import Clock, Work
from worker_bell import Topic

log = logging.getLogger(__name__)

FOLDER = Folder("pictures")
MOST_TRIES = 3
GONE = "The file is gone from the folder where it was kept. Send it in again."
HOPELESS = "Three times making it ended badly. Send in another file."


def send_in(book: Book, file: IO[bytes], *, actor: str, now: datetime) -> None:
    """Step: keep the file, which is to become the book's picture. An earlier one that still waits is not wanted any more."""
    name, _ = FOLDER.keep(file)
    said = {"file": name, "sent_by": actor, "sent_at": now, "tries": 0, "reason": ""}
    SentPicture.objects.update_or_create(book=book, defaults=said)
    ring_after_commit(Topic.COVERS)


def work_on(clock: Clock, *, run_for: timedelta) -> Work:
    """Make pictures for so long: first those that people wait for, then small ones of all that have none."""
    if not (_waiting().exists() or _without_small().exists()):
        return Work("nothing to do")
    with the_turn(Turn.PICTURES) as mine:
        if not mine:
            return Work("another worker is at it")
        ends, made = clock() + run_for, 0
        while clock() < ends:
            if not (_make_next(clock) or _make_next_small()):
                return Work(f"{made} made")
            made += 1
    return Work(f"{made} made", unfinished=True)


def _waiting() -> QuerySet:
    return SentPicture.objects.exclude(file="").order_by("sent_at", "book_id")


def _without_small() -> QuerySet:
    known = SmallPicture.objects.filter(sha256=OuterRef("picture_sha256"))
    return Book.objects.exclude(picture="").filter(~Exists(known))


def _make_next(clock: Clock) -> bool:
    """Make what was sent in first; answer whether there was anything."""
    sent = _waiting().first()
    if sent is None:
        return False
    if sent.tries >= MOST_TRIES:
        _refuse(sent, HOPELESS)
        return True
    # Counted before the try: a picture that kills its worker must not kill every next one.
    SentPicture.objects.filter(pk=sent.pk, file=sent.file).update(tries=F("tries") + 1)
    try:
        with FOLDER.open(sent.file) as file:
            picture = remake(file)
    except NotAPicture as error:
        _refuse(sent, str(error))
    except FileNotFoundError:
        _refuse(sent, GONE)
    else:
        _put(sent, picture)
    return True


def _refuse(sent: SentPicture, reason: str) -> None:
    SentPicture.objects.filter(pk=sent.pk, file=sent.file).update(file="", reason=reason)
    FOLDER.remove(sent.file)


def _put(sent: SentPicture, picture: Picture) -> None:
    """Give the book its picture, unless another was sent in meanwhile."""
    filed = Book()
    try:
        filed.put_picture(picture)
    except Exception:  # where pictures are kept is away for a while: that is no fault of this one
        SentPicture.objects.filter(pk=sent.pk, file=sent.file).update(tries=sent.tries)
        raise
    with transaction.atomic(durable=True):
        if SentPicture.objects.filter(pk=sent.pk, file=sent.file).delete()[0]:
            facts = {name: getattr(filed, name) for name in PICTURE_FIELDS}
            Book.objects.filter(pk=sent.pk).update(**facts)
            ring_after_commit(Topic.BOOKS)
    FOLDER.remove(sent.file)


def _make_next_small() -> bool:
    """Make a small picture that is missing; answer whether one was. What cannot be read has none, and is noted as such."""
    book = _without_small().only("picture", "picture_sha256").first()
    if book is None:
        return False
    name = ""
    try:
        with default_storage.open(book.picture) as file:
            small = remake(file, SMALL_SIDES_PX)
    except (NotAPicture, FileNotFoundError) as error:
        log.warning("Book %s gets no small picture: %s", book.pk, error)
    else:
        name = f"{settings.PICTURE_FOLDER}/{book.picture_sha256}-small.jpg"
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(small.jpeg))
    SmallPicture.objects.get_or_create(sha256=book.picture_sha256, defaults={"name": name})
    return True
