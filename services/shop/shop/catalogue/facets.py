"""The filters beside a list: each heading with its number of books and the address of the list with or without it."""

from dataclasses import dataclass, replace

from shop.catalogue.finding import Found
from shop.catalogue.headings import PRICE_BANDS, Named, price_band
from shop.catalogue.wish import Wish
from shop.pages.wording import SIGNS

SHOWN_AT_ONCE = 8
TITLES = {
    "stock": "Availability",
    "category": "Category",
    "author": "Author",
    "price": "Price",
    "language": "Language",
    "format": "Format",
    "publisher": "Publisher",
}


@dataclass(frozen=True)
class Choice:
    label: str
    books: int
    address: str
    is_chosen: bool = False
    level: int = 0


@dataclass(frozen=True)
class Facet:
    kind: str
    title: str
    choices: list[Choice]
    more: list[Choice]
    is_open: bool


@dataclass(frozen=True)
class Removal:
    """A filter in force and the address of the list without it."""

    label: str
    address: str
    books: int = 0


def facets(found: Found, currency: str) -> list[Facet]:
    """This function will lay out the filters that would change the list; those in force always stay."""
    wish, chosen, shown = found.wish, {heading.id for heading in found.chosen}, []
    for kind, title in TITLES.items():
        headings = [heading for heading in found.facets if heading.kind == kind]
        missing = [heading for heading in found.chosen if heading.kind == kind and heading not in headings]
        headings += [heading for heading in missing if heading.id not in {each.id for each in headings}]
        if wish.place and wish.place.kind == kind != "category":
            headings = [heading for heading in headings if heading.slug != wish.place.slug]
        choices = (
            _categories(wish, headings) if kind == "category" else _choices(wish, kind, headings, chosen, currency)
        )
        if any(choice.is_chosen or choice.books != found.books for choice in choices) or kind == "category" and choices:
            front, more = choices[:SHOWN_AT_ONCE], choices[SHOWN_AT_ONCE:]
            is_chosen = any(choice.is_chosen for choice in choices)
            shown.append(Facet(kind, title, front, more, is_open=is_chosen or kind in ("stock", "category")))
    return shown


def removals(found: Found, currency: str) -> list[Removal]:
    wish = found.wish
    return [
        Removal(_label(heading, currency), wish.toggled(heading.kind, heading.slug).address)
        for heading in sorted(found.chosen, key=lambda heading: list(TITLES).index(heading.kind))
    ]


def wider(found: Found) -> list[Removal]:
    """What to leave out of a wish that finds nothing, so that it finds something."""
    return [
        Removal(TITLES[kind].lower(), found.wish.without(kind).address, books) for kind, books in found.without.items()
    ]


def _choices(wish: Wish, kind: str, headings: list[Named], chosen: set[int], currency: str) -> list[Choice]:
    if kind == "stock":
        headings = [heading for heading in headings if heading.slug == "in"]
    if kind == "price":
        headings = sorted(headings, key=lambda heading: PRICE_BANDS.index(heading.slug))
    else:
        headings = sorted(headings, key=lambda heading: (heading.id not in chosen, -heading.books, heading.label))
    free = [heading.slug for heading in headings if heading.id not in chosen and kind != "stock"]
    addresses = dict(zip(free, wish.addresses_with(kind, free), strict=True))
    return [
        Choice(
            _label(heading, currency),
            heading.books,
            addresses.get(heading.slug) or wish.toggled(kind, heading.slug).address,
            heading.id in chosen,
        )
        for heading in headings
    ]


def _categories(wish: Wish, headings: list[Named]) -> list[Choice]:
    """The way from the root to the category at hand, and what lies right below it."""
    at = next((slug for kind, slug in wish.filters if kind == "category"), "")
    if not at and wish.place and wish.place.kind == "category":
        at = wish.place.slug
    way = [slug for slug in _ancestors(at)]
    headings = sorted(
        (heading for heading in headings if heading.slug in way or heading.parent == at),
        key=lambda heading: (heading.slug not in way, len(heading.slug) if heading.slug in way else -heading.books),
    )
    return [
        Choice(heading.label, heading.books, _category(wish, heading, at), heading.slug == at, heading.slug.count("/"))
        for heading in headings
    ]


def _category(wish: Wish, heading: Named, at: str) -> str:
    """Where a click on a category leads: to its own page if the list is of no author, series or publisher."""
    if wish.place and wish.place.kind != "category":
        return wish.toggled("category", heading.slug).address
    free = wish.without("category")
    if heading.slug == at:
        above = heading.parent
        return replace(free, place=Named("category", above, "") if above else None).address
    return replace(free, place=Named("category", heading.slug, heading.said)).address


def _ancestors(slug: str) -> list[str]:
    parts = slug.split("/") if slug else []
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _label(heading: Named, currency: str) -> str:
    if heading.kind == "price":
        return price_band(heading.slug, SIGNS.get(currency, f"{currency} "))
    return heading.label
