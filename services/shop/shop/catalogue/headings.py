"""Headings: what books are filed under, as a library's catalogue has them. Names that fold to the same are one heading."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import md5

from django.urls import reverse
from django.utils.text import capfirst

from shop.pages import wording

# As in catalogue_heading_id().
KINDS = ("author", "publisher", "series", "category", "language", "price", "stock", "format")
PLACES = ("author", "publisher", "series", "category")  # these have a page of their own
PRICE_BANDS = ("0", "5", "10", "15", "20", "30", "50")  # as in catalogue_price_band()
IN_STOCK = "in"


def kind_number(kind: str) -> int:
    """The last three bits of the numbers of its headings."""
    return (KINDS.index(kind) + 1) % 8


def heading_id(kind: str, slug: str) -> int:
    """This function will number a heading as the database does."""
    lot = int.from_bytes(md5(f"{kind}:{slug}".encode(), usedforsecurity=False).digest()[:8], signed=True)
    return lot & ~7 | kind_number(kind)


@dataclass(frozen=True)
class Named:
    """A heading as it is shown. `books` is how many there are in the list at hand."""

    kind: str
    slug: str
    said: str
    books: int = 0

    @property
    def label(self) -> str:
        if self.kind == "language":
            return wording.language(self.said)
        if self.kind == "price":
            return price_band(self.slug)
        if self.kind == "format":
            return capfirst(self.said)
        return "In stock" if self.kind == "stock" else self.said

    @property
    def id(self) -> int:
        return heading_id(self.kind, self.slug)

    @property
    def parent(self) -> str:
        return self.slug.rpartition("/")[0]

    @property
    def root(self) -> str:
        return self.slug.partition("/")[0]

    @property
    def level(self) -> int:
        return self.slug.count("/")

    @cached_property
    def address(self) -> str:
        """Of its own page; empty for kinds that have none."""
        return reverse(f"catalogue:{self.kind}", args=[self.slug]) if self.kind in PLACES else ""


def price_band(low: str, sign: str = "€") -> str:
    place = PRICE_BANDS.index(low)
    if place == 0:
        return f"Under {sign}{PRICE_BANDS[1]}"
    if low == PRICE_BANDS[-1]:
        return f"{sign}{low} and more"
    return f"{sign}{low} to {sign}{PRICE_BANDS[place + 1]}"
