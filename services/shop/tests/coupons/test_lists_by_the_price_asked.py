"""Lists sort and filter by the price a shopper sees, also when a discount begins, ends or changes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.catalogue import filing
from shop.catalogue.models import Heading, IndexCard, Unfiled
from shop.coupons.beginning import begin_and_end
from shop.coupons.models import Discount

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(make_book):
    return [
        make_book(pk, title=f"Book {pk}", price=Decimal(price))
        for pk, price in enumerate(("9.00", "10.00", "11.00"), 1)
    ]


def settle() -> str:
    return str(begin_and_end(timezone.now, run_for=timedelta(seconds=30)))


def by_price(client, **asked) -> list[int]:
    return [book.pk for book in client.get("/books/", {"order": "price", **asked}).context["page"]]


def bands() -> dict[str, int]:
    return dict(Heading.objects.filter(kind="price", books__gt=0).values_list("slug", "books"))


def test_a_book_moves_to_the_place_of_its_lower_price_and_back(client, shelf, make_discount):
    assert by_price(client) == [1, 2, 3] and bands() == {"5": 1, "10": 2}
    sale = make_discount(shelf[2])
    assert settle() == "1 discounts begun, 0 ended, 1 books filed anew"
    assert by_price(client) == [3, 1, 2] and bands() == {"5": 2, "10": 1}
    assert by_price(client, price="5") == [3, 1] and by_price(client, price="10") == [2]
    Discount.objects.filter(pk=sale.pk).update(ends_at=timezone.now())
    assert settle() == "0 discounts begun, 1 ended, 1 books filed anew"
    assert by_price(client) == [1, 2, 3] and bands() == {"5": 1, "10": 2}
    assert settle() == "0 discounts begun, 0 ended, 0 books filed anew"


def test_one_that_is_announced_begins_in_its_time(client, shelf, make_discount):
    begins = timezone.now() + timedelta(hours=1)
    sale = make_discount(starts_at=begins)
    settle()
    assert by_price(client, price="5") == [1] and not Discount.objects.get().in_force
    Discount.objects.filter(pk=sale.pk).update(starts_at=timezone.now())
    assert "1 discounts begun" in settle()
    assert by_price(client, price="5") == [1, 2, 3], "a fifth off every book"


def test_the_best_discount_counts_and_a_changed_one_is_followed(client, shelf, make_discount):
    make_discount(percent="10", name="Everything")
    sale = make_discount(shelf[2], percent="50")
    settle()
    assert [str(price) for price in _card_prices()] == ["8.10", "9.00", "5.50"]
    sale.percent = Decimal("15")
    sale.save()
    sale.books.set(shelf[:1])
    settle()
    assert [str(price) for price in _card_prices()] == ["7.65", "9.00", "9.90"]
    sale.delete()
    settle()
    assert [str(price) for price in _card_prices()] == ["8.10", "9.00", "9.90"]


def test_a_price_that_changes_during_a_sale_is_filed_reduced(client, shelf, make_discount):
    make_discount()
    settle()
    shelf[0].price = Decimal("20.00")
    shelf[0].save()
    assert by_price(client) == [2, 3, 1] and _card_prices()[0] == Decimal("16.00")


def test_a_run_whose_time_is_over_leaves_the_rest_to_the_next(shelf, make_discount, monkeypatch):
    monkeypatch.setattr(filing.file_some, "__defaults__", (2,))
    make_discount()
    run = begin_and_end(timezone.now, run_for=timedelta(0))
    assert run.unfinished and run.books == 2 and Unfiled.objects.count() == 1
    run = begin_and_end(timezone.now, run_for=timedelta(seconds=30))
    assert not run.unfinished and run.books == 1 and not Unfiled.objects.exists()


def test_saving_a_discount_in_the_admin_wakes_the_worker(
    client, olga, shelf, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("shop.bell._bell.ring", rung.append)
    client.force_login(olga)
    form = {"name": "Summer sale", "percent": "20", "every_book": "on", "is_active": "on"}
    form |= {f"{name}_{part}": "" for name in ("starts_at", "ends_at") for part in (0, 1)}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/admin/coupons/discount/add/", form)
    assert answer.status_code == 302 and [topic.name for topic in rung] == ["PRICES"]


def _card_prices() -> list[Decimal]:
    return list(IndexCard.objects.order_by("book").values_list("price", flat=True))
