"""Translators, illustrators and all the others, with their roles and in their order, by hand in the admin."""

import pytest
from django.urls import reverse
from tests.catalogue.test_staff_keep_the_catalogue import change

from store.catalogue.models import Book, BookChange

AS_FILED = [{"name": "Jon Tolk", "role": "B06"}, {"name": "Ada Okafor", "role": "Z99"}]


@pytest.fixture
def owner(staff):
    return staff("owner")


@pytest.fixture
def book(books):
    Book.objects.filter(pk=books[0].pk).update(contributors=AS_FILED)
    return Book.objects.get(pk=books[0].pk)


def row(number, place, role, name):
    return {f"others-{number}-place": place, f"others-{number}-role": role, f"others-{number}-name": name}


def test_the_form_has_a_row_for_each_and_some_more(owner, book):
    page = owner.get(reverse("admin:catalogue_book_change", args=[book.pk])).content.decode()
    assert 'name="others-0-name" value="Jon Tolk"' in page and 'value="Z99" selected>role Z99' in page
    assert 'name="others-4-name" value=""' in page and "others-5-name" not in page
    assert '<option value="A12">illustrated by</option>' in page


def test_rows_are_kept_in_the_order_of_their_places_and_told_to_the_shop(owner, book):
    before = BookChange.objects.get(book_id=book.pk).version
    rows = (
        row(0, "2", "B06", "Jon Tolk")
        | row(1, "", "Z99", "")
        | row(2, "", "A12", " Bo Ek ")
        | row(3, "1", "B01", "Cy Da")
    )
    assert change(owner, book, **rows).status_code == 302
    book.refresh_from_db()
    assert [(one["name"], one["role"]) for one in book.contributors] == [
        ("Cy Da", "B01"), ("Jon Tolk", "B06"), ("Bo Ek", "A12"),
    ]  # fmt: skip
    assert BookChange.objects.get(book_id=book.pk).version == before + 1
    assert (
        "others who made it" in str(owner.get(reverse("admin:catalogue_book_history", args=[book.pk])).content).lower()
    )


def test_what_the_form_does_not_ask_stays_and_saving_the_same_changes_nothing(owner, book):
    change(owner, book, title="Emma")
    book.refresh_from_db()
    assert (book.title, book.contributors) == ("Emma", AS_FILED)
    rows = row(0, "1", "B06", "Jon Tolk") | row(1, "2", "Z99", "Ada Okafor")
    change(owner, book, **rows)
    book.refresh_from_db()
    assert book.contributors == AS_FILED
    change(owner, book, **row(0, "1", "", "") | row(1, "2", "", ""))
    book.refresh_from_db()
    assert book.contributors == []


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (row(0, "1", "", "Jon Tolk"), "Choose the role of Jon Tolk."),
        (row(0, "1", "<b>", "Jon Tolk"), "Choose the role of Jon Tolk."),
        (row(0, "1", "B06", "x" * 201), "at most 200 characters"),
        (row(0, "1", "B06", "Jon\x00Tolk"), "at most 200 characters"),
        ({k: v for n in range(51) for k, v in row(n, "", "B06", f"N {n}").items()}, "at most 50"),
    ],
)
def test_a_wrong_row_is_refused_and_shown_again(owner, book, rows, reason):
    answer = change(owner, book, **rows)
    assert answer.status_code == 200 and reason in str(answer.context["adminform"].errors["others"])
    assert 'name="others-0-name" value="' in answer.content.decode()
    book.refresh_from_db()
    assert book.contributors == AS_FILED


def test_who_only_looks_reads_them_in_words(staff, book):
    page = staff("packer").get(reverse("admin:catalogue_book_change", args=[book.pk])).content.decode()
    assert "Translated by Jon Tolk; role Z99: Ada Okafor" in page and "others-0-name" not in page


def test_a_new_book_has_them_from_the_start(owner, db):
    form = {"isbn13": "9780141439518", "title": "Emma", "price": "3.50", "currency": "EUR", "language": "en"}
    answer = owner.post(reverse("admin:catalogue_book_add"), form | row(0, "", "B06", "Jon Tolk"))
    assert answer.status_code == 302
    assert Book.objects.get().contributors == [{"name": "Jon Tolk", "role": "B06"}]
