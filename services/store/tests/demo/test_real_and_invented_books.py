"""The demo's books: real classics with sound facts, and invented ones that are always the same."""

import re
from collections import Counter
from itertools import islice

from stdnum import isbn

from store.catalogue.models import LATEST_YEAR, OLDEST_YEAR, Book
from store.demo.classics import classics
from store.demo.offers import MOST_COPIES, offer_of
from store.demo.operations import demo_books
from store.demo.synthetic import book, synthetic, writer

LONGEST_DESCRIPTION = 400


def test_there_are_hundreds_of_classics_and_none_twice():
    books = list(classics())
    assert len(books) >= 300
    assert max(Counter((book.title, book.authors) for book in books).values()) == 1
    assert max(Counter(book.description for book in books).values()) == 1


def test_the_first_three_hundred_come_from_many_languages_and_ages():
    books = list(demo_books(300))
    assert len({book.language for book in books}) >= 20
    assert sum(book.language != "en" for book in books) >= 120
    years = [book.first_published for book in books if book.first_published]
    assert min(years) < -500 and sum(1 for year in years if year < 1600) >= 30


def test_each_classic_says_everything_a_page_needs():
    for classic in classics():
        assert classic.title and all(classic.authors) and classic.categories, classic
        assert re.fullmatch("[a-z]{2}", classic.language), classic
        assert 30 <= len(classic.description) <= LONGEST_DESCRIPTION and classic.description[-1] in ".?", classic
        assert classic.first_published is None or -800 <= classic.first_published <= 1930, classic
        assert all(len(path) == 2 and all(path) for path in classic.categories), classic
        assert not classic.series_number or (classic.series and classic.series_number.isdigit()), classic


def test_publishers_are_those_of_first_editions_and_left_out_where_there_were_none():
    """Printing began about 1450; Virgil had no publisher."""
    houses = {book.title: book.publisher for book in classics()}
    assert (houses["Emma"], houses["Dracula"], houses["The Aeneid"]) == (
        "John Murray",
        "Archibald Constable and Company",
        "",
    )
    assert [book for book in classics() if book.publisher and not 1450 < (book.first_published or 0)] == []
    assert sum(bool(book.publisher) for book in demo_books(300)) >= 150
    assert not any("(demo)" in house for house in houses.values()), "those are the invented ones"


def test_no_two_classics_share_a_place_in_a_series():
    places = Counter((book.series, book.series_number) for book in classics() if book.series_number)
    assert max(places.values()) == 1


def test_all_numbers_are_valid_different_and_nobodys():
    numbers = [book.isbn13 for book in demo_books(5000)]
    assert len(set(numbers)) == 5000
    for number in numbers:
        assert isbn.validate(number) == number
        # stdnum knows the ranges of the International ISBN Agency and cannot place ours.
        assert isbn.split(number)[1] == "", number


def test_the_same_number_of_books_is_always_the_same_books():
    once, again = list(synthetic(300)), list(synthetic(300))
    assert once == again
    assert list(synthetic(100)) == once[:100]
    assert book(137) == once[137]


def test_a_million_books_are_made_one_at_a_time():
    stream = synthetic(1_000_000)
    assert len(list(islice(stream, 10))) == 10
    assert book(999_999).isbn13 == "9786909999997"


def test_invented_books_fit_the_catalogue_and_say_that_they_are_invented():
    longest = {field.name: field.max_length for field in Book._meta.fields}
    for invented in synthetic(3000):
        assert len(invented.title) <= longest["title"] and "{" not in invented.title + invented.description
        assert OLDEST_YEAR <= invented.first_published <= LATEST_YEAR
        assert re.search("invent|erfunden", invented.description), invented
        assert "(demo)" in invented.publisher
        assert invented.authors and all(invented.authors)


def test_the_books_of_an_invented_series_have_one_writer_and_count_from_one():
    by_series: dict = {}
    for invented in synthetic(2000):
        if invented.series:
            by_series.setdefault((invented.series, invented.authors), []).append(invented.series_number)
    assert len(by_series) > 50
    assert all(numbers == [str(n + 1) for n in range(len(numbers))] for numbers in by_series.values())


def test_an_invented_writer_keeps_the_name():
    assert writer(7) == writer(7)
    assert len({writer(n) for n in range(1000)}) > 900


def test_prices_copies_and_shelves_follow_from_the_number():
    offers = [offer_of(book.isbn13) for book in demo_books(2000)]
    assert offers == [offer_of(book.isbn13) for book in demo_books(2000)]
    assert {offer.copies for offer in offers} == set(range(MOST_COPIES + 1))
    assert 0.03 < sum(offer.copies == 0 for offer in offers) / len(offers) < 0.1
    assert all(5 <= offer.price < 35 and offer.price.as_tuple().exponent == -2 for offer in offers)
    assert all(re.fullmatch(r"[A-Z]-\d\d-\d", offer.shelf) for offer in offers)
