"""Cards of books are kept by what they show: none is out of date, and none is another book's."""

import pytest

from shop.catalogue.models import Book
from shop.coupons.models import Discount
from shop.reviews.models import Rating

pytestmark = pytest.mark.django_db


def card(client, of: Book) -> str:
    page = client.get("/books/").content.decode()
    return next(part for part in page.split("<article") if f'name="book" value="{of.pk}"' in part)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("title", "Emma", ">Emma</a>"),
        ("authors", ["Mary Shelley"], "Mary Shelley"),
        ("format", "hardback", "Hardback"),
        ("price", "7.77", "€7.77"),
        ("currency", "GBP", "£"),
        ("store_free", 2, "Only 2 left"),
        ("cover_sha256", "ab" * 32, f"/{'ab' * 32}-320.webp"),
        ("isbn13", "9780141439587", "drawn"),
    ],
)
def test_what_changes_is_seen_at_once(client, make_book, field, value, shown):
    book = make_book(1)
    first = card(client, book)
    assert card(client, book) == first
    Book.objects.filter(pk=book.pk).update(**{field: value})
    changed = card(client, book)
    assert shown in changed and (changed != first)


def test_so_is_a_sale_a_review_and_a_wish(client, alice, make_book):
    client.force_login(alice)
    book, other = make_book(1), make_book(2)
    seen = [card(client, book)]
    Discount.objects.create(name="Autumn sale", percent=50, every_book=True)
    seen.append(card(client, book))
    Rating.objects.create(book=book, count=2, stars=9)
    seen.append(card(client, book))
    client.post("/wishlist/add/", {"book": book.pk})
    seen.append(card(client, book))
    assert "Autumn sale" in seen[1] and "4.5" in seen[2] and "is-wished" in seen[3] and len(set(seen)) == 4
    assert "4.5" not in card(client, other) and "is-wished" not in card(client, other)
    client.logout()
    assert "is-wished" not in card(client, book)
