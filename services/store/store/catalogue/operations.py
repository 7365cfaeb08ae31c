"""Adding a book and changing one. The feed hears of it by triggers, whoever does it."""

from collections.abc import Mapping
from typing import Any

from store.catalogue.models import Book


class NoSuchBook(Exception):
    """There is no book of this number."""


def add_book(facts: Mapping[str, Any]) -> Book:
    """Step: add a book.

    :param facts: valid values by field; `categories` as ids.
    :raises IntegrityError: if there is a book with its ISBN.
    """
    book = Book.objects.create(**{name: value for name, value in facts.items() if name != "categories"})
    book.categories.set(facts.get("categories", []))
    return book


def change_book(book_id: int, facts: Mapping[str, Any]) -> Book:
    """Step: let a book be as these facts say, and in what they do not name as it was.

    :param facts: as in add_book().
    :raises NoSuchBook:
    :raises IntegrityError: if another book has its ISBN.
    """
    book = lock_book(book_id)
    plain = {name: value for name, value in facts.items() if name != "categories"}
    for name, value in plain.items():
        setattr(book, name, value)
    if plain:
        book.save(update_fields=plain.keys())
    if "categories" in facts:
        book.categories.set(facts["categories"])
    return book


def lock_book(book_id: int) -> Book:
    """Step: be the only one who changes this book.

    :raises NoSuchBook:
    """
    book = Book.objects.select_for_update(no_key=True).filter(pk=book_id).first()
    if book is None:
        raise NoSuchBook(book_id)
    return book
