"""Pictures of books: fetched by checksum, made small, and kept under names that say what is in them."""

import hashlib
import logging
import warnings
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from PIL import Image, ImageOps

from shop.catalogue.models import Book
from shop.catalogue.shown import COVER_WIDTHS, cover_path
from shop.clock import Clock
from shop.media import PicturesAway
from shop.storelink.one_run import a_place
from store_client import StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=14)
AT_ONCE = 100
ENOUGH_FAILURES = 3
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 25_000_000
WEBP = {"format": "WEBP", "quality": 82, "method": 2}
ERROR_LENGTH = 300


class BadPicture(Exception):
    """These bytes are not the picture they should be."""


@dataclass
class Fetched:
    """What one run came to."""

    fetched: int = 0
    broken: int = 0
    unreachable: int = 0
    unfinished: bool = False

    def __str__(self) -> str:
        return f"pictures: {self.fetched} fetched, {self.broken} cannot be used, {self.unreachable} to be tried again"


def fetch_pictures(store: StoreClient, clock: Clock, *, run_for: timedelta | None = None) -> Fetched:
    """This function will fetch the pictures that the store has and the shop has not, in runs that never overlap.

    A picture that cannot be used is noted at its book until the store has another one.
    """
    done = Fetched()
    with a_place("pictures", of=1) as ours:
        ends = None if run_for is None else clock() + run_for
        after = 0
        while ours and (wanted := _wanted(after)):
            for book in wanted:
                if done.unreachable >= ENOUGH_FAILURES:
                    return done
                if ends and clock() >= ends:
                    done.unfinished = True
                    return done
                _fetch(store, book, done)
            after = wanted[-1].pk
    return done


def forget_lost_pictures() -> int:
    """This function will mark as missing what is noted as held and no longer in the storage; the next run fetches it."""
    held = Book.objects.exclude(cover_sha256="").values_list("pk", "cover_sha256")
    lost = [pk for pk, sha256 in held.iterator() if not _is_held(sha256)]
    return Book.objects.filter(pk__in=lost).update(cover_sha256="", cover_error="")


def _wanted(after: int) -> list[Book]:
    missing = Book.objects.exclude(picture_sha256=F("cover_sha256")).exclude(picture_sha256="").filter(cover_error="")
    return list(missing.filter(pk__gt=after).order_by("pk").only("pk", "picture_sha256", "picture_url")[:AT_ONCE])


def _fetch(store: StoreClient, book: Book, done: Fetched) -> None:
    try:
        if not _is_held(book.picture_sha256):
            keep(store.picture(book.picture_url), book.picture_sha256)
    except (StoreUnavailable, PicturesAway) as error:
        done.unreachable += 1
        log.warning("The picture of book %s waits: %s", book.pk, error)
    except (StoreRefused, BadPicture, ValueError) as error:
        done.broken += 1
        log.warning("The picture of book %s cannot be used: %s", book.pk, error)
        _note(book, cover_error=str(error)[:ERROR_LENGTH])
    else:
        done.fetched += 1
        _note(book, cover_sha256=book.picture_sha256)


def _note(book: Book, **fields) -> None:
    """The feed may have named another picture while we were at this one; then that one is still wanted."""
    Book.objects.filter(pk=book.pk, picture_sha256=book.picture_sha256).update(**fields)


def keep(raw: bytes, sha256: str) -> None:
    """This function will check a picture and put it into the storage in all widths.

    :raises BadPicture: if it is another picture than promised, or none that we show.
    """
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise BadPicture("The picture's bytes do not have the promised checksum.")
    picture = _decoded(raw)
    # The widest is written last: it stands for all of them being there.
    for width in COVER_WIDTHS:
        small = picture.copy()
        small.thumbnail((width, width * 3), Image.Resampling.LANCZOS, reducing_gap=2.0)
        encoded = BytesIO()
        small.save(encoded, **WEBP)
        default_storage.save(cover_path(sha256, width), ContentFile(encoded.getvalue()))


def _decoded(raw: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(raw), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise BadPicture(f"The picture has {picture.width} × {picture.height} pixels, more than we decode.")
            picture.draft("RGB", (COVER_WIDTHS[-1], COVER_WIDTHS[-1] * 3))
            return ImageOps.exif_transpose(picture).convert("RGB")
    except BadPicture:
        raise
    except Exception as error:  # a broken file makes Pillow raise nearly anything
        raise BadPicture(f"The file cannot be read as a picture: {error}") from error


def _is_held(sha256: str) -> bool:
    return default_storage.exists(cover_path(sha256, COVER_WIDTHS[-1]))
