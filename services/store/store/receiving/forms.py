"""A delivery note, typed or pasted."""

import csv
from collections import Counter
from collections.abc import Iterator

from django import forms

from store.catalogue.isbn import to_isbn13
from store.catalogue.models import Book

MOST_LINES = 500
MOST_OF_A_BOOK = 999
MOST_COPIES = 3_000
LONGEST_TEXT = 60_000
MISTAKES_SHOWN = 10
HEADS = ("isbn", "isbn13", "isbn-13", "ean")


class DeliveryForm(forms.Form):
    """:ivar books: after `is_valid`, how many copies by the id of the book."""

    supplier = forms.CharField(max_length=200)
    reference = forms.CharField(max_length=100, label="number of the delivery note")
    lines = forms.CharField(
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "spellcheck": "false"}),
        label="books",
        help_text="One a line: the ISBN, and how many copies. Paste it from a table or a CSV as it is: "
        "978-0-14-143951-8, 3",
    )

    def clean_lines(self) -> str:
        said = self.cleaned_data["lines"]
        wanted, mistakes = Counter(), []
        for number, cells in _rows(said):
            try:
                isbn13, copies = _line(cells)
                wanted[isbn13] += copies
            except ValueError as error:
                mistakes.append(f"line {number}: {error}")
        books = dict(Book.objects.filter(isbn13__in=wanted).values_list("isbn13", "pk"))
        mistakes += [
            f"we have no book with the ISBN {isbn}: add it to the catalogue first"
            for isbn in wanted
            if isbn not in books
        ]
        _refuse(mistakes)
        if not wanted:
            raise forms.ValidationError("Write at least one book.")
        if len(wanted) > MOST_LINES or wanted.total() > MOST_COPIES:
            raise forms.ValidationError(
                f"{len(wanted)} books and {wanted.total()} copies; a delivery note here has {MOST_LINES} books and "
                f"{MOST_COPIES} copies at most. Write it down in parts."
            )
        self.books = {books[isbn]: number for isbn, number in wanted.items()}
        return said


def _rows(said: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(said.splitlines(), start=1):
        delimiter = next((mark for mark in "\t;," if mark in line), " ")
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        if any(cells) and not (number == 1 and cells[0].lower() in HEADS):
            yield number, [cell for cell in cells if cell]


def _line(cells: list[str]) -> tuple[str, int]:
    isbn13, number = to_isbn13(cells[0]), cells[1] if len(cells) > 1 else "1"
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= MOST_OF_A_BOOK):
        raise ValueError(f"“{number[:20]}” is no number of copies from 1 to {MOST_OF_A_BOOK}.")
    return isbn13, int(number)


def _refuse(mistakes: list[str]) -> None:
    if mistakes:
        more = len(mistakes) - MISTAKES_SHOWN
        shown = mistakes[:MISTAKES_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        raise forms.ValidationError([mistake.rstrip(".") + "." for mistake in shown])
