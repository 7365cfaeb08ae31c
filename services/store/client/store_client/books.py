"""Books as the store tells of them, read strictly."""

from dataclasses import dataclass
from decimal import Decimal

from store_client import read

MOST_PAGES = 32_767


@dataclass(frozen=True)
class Picture:
    sha256: str
    url: str


@dataclass(frozen=True)
class Contributor:
    """Who made a book otherwise than as its author. :ivar role: as ONIX has it; `store_client.roles` has the words."""

    name: str
    role: str


@dataclass(frozen=True)
class Book:
    """A title as the store has it now. `version` rises with every change, also with one of `free`.

    A store of before tells of no contributors, imprints and pages.
    """

    id: int
    version: int
    isbn13: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    publisher: str
    series: str
    series_number: str
    language: str
    format: str
    first_published: int | None
    description: str
    price: Decimal
    currency: str
    categories: tuple[tuple[str, ...], ...]
    picture: Picture | None
    free: int
    retired: bool
    contributors: tuple[Contributor, ...] = ()
    imprint_of: str = ""
    pages: int | None = None

    @classmethod
    def parse(cls, row: dict) -> "Book | DeletedBook":
        """:raises read.NotAsAgreed: naming the field."""
        if row.get("deleted") is True:
            return DeletedBook(id=read.integer(row, "id", low=1), version=read.integer(row, "version"))
        return cls(
            id=read.integer(row, "id", low=1),
            version=read.integer(row, "version"),
            isbn13=read.digits(row, "isbn13", length=13),
            title=read.text(row, "title", empty=False),
            subtitle=read.text(row, "subtitle"),
            authors=tuple(read.texts(row, "authors")),
            publisher=read.text(row, "publisher"),
            series=read.text(row, "series"),
            series_number=read.text(row, "series_number"),
            language=read.text(row, "language"),
            format=read.text(row, "format") if "format" in row else "",  # a store of last year tells of none
            first_published=read.year(row, "first_published"),
            description=read.text(row, "description"),
            price=read.money(row, "price"),
            currency=read.currency(row, "currency"),
            categories=tuple(tuple(read.path(path)) for path in read.items(row, "categories")),
            picture=_picture(row),
            free=read.integer(row, "free", low=0, high=read.INTEGER_MAX),
            retired=read.flag(row, "retired"),
            contributors=tuple(_contributor(each) for each in read.items(row, "contributors", missing=())),
            imprint_of=read.text(row, "imprint_of", missing=""),
            pages=read.integer(row, "pages", low=0, high=MOST_PAGES) if row.get("pages") is not None else None,
        )


@dataclass(frozen=True)
class DeletedBook:
    """A title that is gone from the store."""

    id: int
    version: int


def _contributor(told: object) -> Contributor:
    each = read.obj(told)
    return Contributor(name=read.text(each, "name", empty=False), role=read.text(each, "role", empty=False))


def _picture(row: dict) -> Picture | None:
    if row.get("picture") is None:
        return None
    picture = read.obj(row["picture"])
    return Picture(sha256=read.sha256(picture, "sha256"), url=read.text(picture, "url", empty=False))
