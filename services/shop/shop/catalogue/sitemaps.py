"""The sitemap: an index, and pages of so many addresses that each costs few statements whatever the catalogue's size."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from shop.catalogue.headings import PLACES, Named
from shop.catalogue.models import Book, Heading

ADDRESSES_PER_PAGE = 5_000  # the protocol takes 50,000


class _OfTheShop(Sitemap):
    limit = ADDRESSES_PER_PAGE

    def get_domain(self, site=None) -> str:
        return settings.PUBLIC_URL.partition("://")[2]

    def get_protocol(self, protocol=None) -> str:
        return settings.PUBLIC_URL.partition("://")[0]


class Pages(_OfTheShop):
    def items(self) -> list[str]:
        return ["pages:home", "catalogue:books", "catalogue:categories"]

    def location(self, item: str) -> str:
        return reverse(item)


class Books(_OfTheShop):
    def items(self):
        return Book.objects.listed().order_by("pk").only("pk", "title")


class Places(_OfTheShop):
    """The pages of authors, publishers, series and categories that have books."""

    def items(self):
        return Heading.objects.filter(kind__in=PLACES, books__gt=0).order_by("pk").values_list("kind", "slug")

    def location(self, item: tuple[str, str]) -> str:
        return Named(*item, "").address


SITEMAPS = {"pages": Pages, "books": Books, "places": Places}
