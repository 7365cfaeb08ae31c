"""About us, help and the home page's shelves; facts that nobody has set are not made up."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from shopping import order, put_in_cart, text

from shop.catalogue.models import Book
from shop.orders.countries import COUNTRIES

pytestmark = pytest.mark.django_db


def test_only_facts_that_are_set_are_shown(client, settings):
    for path in ("/about/", "/contact/"):
        assert "Who we are" not in text(client.get(path))
    settings.COMPANY_NAME, settings.COMPANY_ADDRESS = "Paper & Co", ["1 Mill Lane", " 10115 Berlin"]
    settings.COMPANY_PHONE = "+49 (30) 12 34"
    for path in ("/about/", "/contact/"):
        answer = client.get(path)
        assert "Paper & Co 1 Mill Lane 10115 Berlin Phone: +49 (30) 12 34" in text(answer)
        assert 'href="tel:+49301234"' in answer.content.decode() and "Register:" not in text(answer)


def test_help_tells_of_the_ways_to_pay_that_are_open(client, settings):
    settings.TEST_BANK = False
    assert "or beforehand" not in text(client.get("/help/"))
    settings.TEST_BANK = True
    page = text(client.get("/help/"))
    assert "or beforehand" in page and "15 minutes" in page


def test_help_tells_what_the_settings_say_of_delivery_tax_and_returns(client, settings):
    settings.DELIVERY_PRICE, settings.FREE_DELIVERY_FROM, settings.TAX_PERCENT = Decimal("3.90"), None, Decimal("7.00")
    settings.RETURN_WITHIN = timedelta(days=45)
    page = text(client.get("/help/"))
    for told in ("Delivery costs €3.90.", "7 % tax included", "for 45 days", f"to {len(COUNTRIES)} countries"):
        assert told in page


@pytest.mark.parametrize("path", ["/", "/books/", "/cart/", "/nothing/", "/accounts/login/", "/contact/", "/help/"])
def test_help_stands_at_the_same_place_everywhere(client, path):
    """WCAG 3.2.6"""
    footer = client.get(path).content.decode().split('aria-label="Footer"')[1]
    assert footer.index('href="/help/"') < footer.index('href="/contact/"') < footer.index('href="/about/"')


def test_what_is_bought_is_popular(client, make_book):
    for pk in range(1, 4):
        make_book(pk, title=f"Title {pk}")
    for pk in (2, 2, 3):
        put_in_cart(client, Book.objects.get(pk=pk))
        order(client)
    cache.clear()
    shelves = {shelf.title: shelf.books for shelf in client.get("/").context["shelves"]}
    assert [book.pk for book in shelves["Popular now"]] == [2, 3]


def test_a_series_is_shown_in_its_order_with_the_way_to_all_of_it(client, make_book):
    for pk, number in ((1, "2"), (2, "1"), (3, "10")):
        make_book(pk, series="Saga", series_number=number)
    answer = client.get("/")
    shelves = {shelf.title: shelf for shelf in answer.context["shelves"]}
    assert [book.pk for book in shelves["In series: Saga"].books] == [2, 1, 3]
    assert 'href="/series/saga/"' in answer.content.decode()


def test_no_books_no_shelves(client):
    assert "still being filled" in text(client.get("/"))
