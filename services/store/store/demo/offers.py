"""What a demo book costs, how many copies came in, and where they stand; all of it follows from its ISBN."""

from decimal import Decimal
from typing import NamedTuple

from store.catalogue.models import Book

from .draw import Draw

MOST_COPIES = 12
AISLES = "ABCDEFGHJKLMNPRSTUVW"  # no I, O or Q, which look like digits on a label
BAYS, BOARDS = 24, 6
CENTS = ("00", "50", "90", "95")
LOWEST_PRICE, HIGHEST_PRICE = 5, 34
HARDBACK_FROM = 18


class Offer(NamedTuple):
    price: Decimal  # EUR
    copies: int
    shelf: str  # aisle, bay and board, such as A-03-2
    format: str


def offer_of(isbn13: str) -> Offer:
    """This function will answer the same offer for the same book, always; about one book in sixteen has no copy."""
    draw = Draw("offer", isbn13)
    # The lower of two draws: most books are cheap, and a few are dear.
    whole = min(draw.between(LOWEST_PRICE, HIGHEST_PRICE), draw.between(LOWEST_PRICE, HIGHEST_PRICE))
    price = Decimal(f"{whole}.{draw.of(CENTS)}")
    copies = 0 if draw.below(16) == 0 else draw.between(1, MOST_COPIES)
    shelf = f"{draw.of(AISLES)}-{draw.between(1, BAYS):02d}-{draw.between(1, BOARDS)}"
    return Offer(price, copies, shelf, Book.Format.HARDBACK if whole >= HARDBACK_FROM else Book.Format.PAPERBACK)
