"""What is said of a book that follows from a few facts of it: what it costs now, its page and its picture."""

from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.text import slugify

from shop.coupons.pricing import reduced

COVER_WIDTHS = (160, 320, 640)  # pixels: small, medium, large
KNOWN_TITLES = 20_000  # at most so many slugs are remembered
_ANY_ID, _ANY_SLUG = 9_876_543_210, "any-book"


class Shown:
    """For whatever has these facts of a book: the row itself, or a row of a list of many."""

    id: int
    title: str
    price: Decimal
    currency: str
    offer: dict[str, str] | None
    retired_at: datetime | None
    cover_sha256: str

    def get_absolute_url(self) -> str:
        return _address().format(self.id, _slug(self.title))

    @property
    def price_now(self) -> Decimal:
        """What a copy costs at the moment. The book must come with its `offer`, see BookQuerySet.with_available()."""
        return reduced(self.price, Decimal(self.offer["percent"]), self.currency) if self.offer else self.price

    @property
    def price_reason(self) -> str:
        """The name of the discount, if it makes the book cheaper."""
        return self.offer["name"] if self.price_now < self.price else ""

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    def cover(self, width: int) -> str:
        """The address of the picture we hold, at most so many pixels wide; empty if we hold none."""
        return default_storage.url(cover_path(self.cover_sha256, width)) if self.cover_sha256 else ""

    @property
    def cover_small(self) -> str:
        return self.cover(COVER_WIDTHS[0])

    @property
    def cover_medium(self) -> str:
        return self.cover(COVER_WIDTHS[1])

    @property
    def cover_large(self) -> str:
        return self.cover(COVER_WIDTHS[2])


def cover_path(sha256: str, width: int) -> str:
    """Where a picture lies in the storage: named by its content, so that it never changes under its address."""
    return f"covers/{sha256[:2]}/{sha256}-{width}.webp"


@cache  # to look an address up takes longer than all else that is said of a book
def _address() -> str:
    return reverse("catalogue:book", args=[_ANY_ID, _ANY_SLUG]).replace(str(_ANY_ID), "{}").replace(_ANY_SLUG, "{}")


@lru_cache(maxsize=KNOWN_TITLES)
def _slug(title: str) -> str:
    return slugify(title)[:60] or "book"
