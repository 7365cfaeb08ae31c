"""What a shopper asks a list of books for. The whole of it stands in the URL."""

from dataclasses import dataclass, replace
from functools import cache
from urllib.parse import quote_plus, urlencode

from django.urls import reverse

from shop.catalogue.headings import IN_STOCK, PRICE_BANDS, Named, heading_id
from shop.catalogue.isbn import isbn13_from

BOOKS_PER_PAGE = 24
SEARCH_LENGTH = 100
LONGEST_SLUG = 600
MOST_CHOICES = 20  # of one kind
NO_SLUG = "\0"  # stands in no URL that was read, see from_url()
# Several of one kind widen, kinds narrow each other.
FILTERS = ("category", "author", "publisher", "language", "format", "price")
ORDERS = {
    "relevance": "Best match",
    "series": "Series order",
    "newest": "Newest first",
    "title": "Title",
    "price": "Price, lowest first",
    "-price": "Price, highest first",
}


@dataclass(frozen=True)
class Wish:
    """Read from the URL; whatever makes no sense there is left out. `place` is the author, series … whose page it is,
    `size` how many books a page of the list has.
    """

    search: str = ""
    order: str = "newest"
    in_stock: bool = False
    page: str = ""
    filters: tuple[tuple[str, str], ...] = ()  # (kind, slug)
    place: Named | None = None
    size: int = BOOKS_PER_PAGE

    @classmethod
    def from_url(cls, url, place: Named | None = None, *, size: int = BOOKS_PER_PAGE) -> "Wish":
        search = " ".join(url.get("q", "")[: 4 * SEARCH_LENGTH].replace("\0", " ").split())[:SEARCH_LENGTH].strip()
        in_stock, page = url.get("in_stock") == "1", url.get("page", "")
        wish = cls(search=search, in_stock=in_stock, page=page, place=place, size=size)
        order = url.get("order", "")
        return replace(
            wish,
            order=order if order in wish.orders else wish.usual_order,
            filters=tuple(dict.fromkeys(_filters(url, place))),
        )

    @property
    def orders(self) -> dict[str, str]:
        """The orders there are for this list, with their names."""
        senseless = set()
        if not self.search:
            senseless.add("relevance")
        if not (self.place and self.place.kind == "series"):
            senseless.add("series")
        return {key: label for key, label in ORDERS.items() if key not in senseless}

    @property
    def usual_order(self) -> str:
        return next(iter(self.orders))

    @property
    def isbn(self) -> str | None:
        """What is looked for, if that is one book by its number."""
        return isbn13_from(self.search)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.in_stock)

    @property
    def is_plain(self) -> bool:
        """A list that everybody sees in the same way: one that crawlers may keep."""
        return not (self.search or self.is_narrowed) and self.order == self.usual_order

    def ids(self) -> dict[str, list[int]]:
        """The headings asked for, by kind."""
        asked: dict[str, list[int]] = {}
        for kind, slug in self.filters:
            asked.setdefault(kind, []).append(heading_id(kind, slug))
        if self.in_stock:
            asked["stock"] = [heading_id("stock", IN_STOCK)]
        return asked

    def toggled(self, kind: str, slug: str) -> "Wish":
        """The wish after a click on a heading: with it, or without it if it was there. Categories exclude each other."""
        if kind == "stock":
            return replace(self, in_stock=not self.in_stock, page="")
        choice = (kind, slug)
        kept = tuple(other for other in self.filters if other != choice)
        if choice in self.filters:
            return replace(self, filters=kept, page="")
        if kind == "category":
            kept = tuple(other for other in kept if other[0] != kind)
        return replace(self, filters=(*kept, choice), page="")

    def addresses_with(self, kind: str, slugs: list[str]) -> list[str]:
        """The address after a click on each of these headings, of which none is chosen; quicker than one by one."""
        pattern = self.toggled(kind, NO_SLUG).address
        return [pattern.replace(quote_plus(NO_SLUG), quote_plus(slug)) for slug in slugs]

    def without(self, *kinds: str) -> "Wish":
        kept = tuple(choice for choice in self.filters if choice[0] not in kinds)
        return replace(self, filters=kept, in_stock=self.in_stock and "stock" not in kinds, page="")

    def keeping(self, known: set[int]) -> "Wish":
        """The wish without headings that nobody knows."""
        kept = (choice for choice in self.filters if choice[0] == "price" or heading_id(*choice) in known)
        return replace(self, filters=tuple(kept))

    @property
    def path(self) -> str:
        return self.place.address if self.place else _all_books()

    @property
    def address(self) -> str:
        """Its URL, without the page."""
        said = [("q", self.search)] if self.search else []
        said += self.filters
        said += [("in_stock", "1")] if self.in_stock else []
        said += [("order", self.order)] if self.order != self.usual_order and self.order in self.orders else []
        return f"{self.path}?{urlencode(said)}" if said else self.path

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a form that changes only the order has to carry along."""
        said = [("q", self.search)] if self.search else []
        return [*said, *self.filters, *([("in_stock", "1")] if self.in_stock else [])]


@cache  # the filters beside one list ask for it a hundred times
def _all_books() -> str:
    return reverse("catalogue:books")


def _filters(url, place: Named | None):
    for kind in FILTERS:
        for slug in url.getlist(kind)[:MOST_CHOICES]:
            slug = slug.replace("\0", "").strip()[:LONGEST_SLUG]
            if (
                slug
                and (kind != "price" or slug in PRICE_BANDS)
                and not (place and (kind, slug) == (place.kind, place.slug))
            ):
                yield kind, slug
