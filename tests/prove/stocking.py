"""Fills the store's shelves for a proof: many books with plenty of copies, and a few that will run out.

Run as `python -m prove.stocking FILE BOOKS COPIES SCARCE_BOOKS SCARCE_COPIES` with the store's environment. FILE gets
the ids: {"plenty": […], "scarce": […]}.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path

import django


def isbn13(number: int) -> str:
    """This function will make the valid ISBN-13 with this number in its middle."""
    digits = f"978{number:09d}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def main(file: Path, books: int, copies: int, scarce_books: int, scarce_copies: int) -> None:
    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from store.catalogue.models import Book
    from store.stock.models import Origin
    from store.stock.operations import Delivery, receive_copies

    def titled(kind: str, first: int, how_many: int) -> list[Book]:
        return [
            Book(isbn13=isbn13(n), title=f"{kind} {n}", authors=["Jane Austen"], price=Decimal(500 + n) / 100)
            for n in range(first, first + how_many)
        ]

    with transaction.atomic(durable=True):
        plenty = Book.objects.bulk_create(titled("A book with plenty of copies", 1, books))
        scarce = Book.objects.bulk_create(titled("A scarce book", books + 1, scarce_books))
        deliveries = [Delivery(book.id, copies) for book in plenty]
        deliveries += [Delivery(book.id, scarce_copies) for book in scarce]
        receive_copies(deliveries, origin=Origin.DEMO, actor="proof", now=timezone.now())
    file.write_text(json.dumps({"plenty": [b.id for b in plenty], "scarce": [b.id for b in scarce]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
