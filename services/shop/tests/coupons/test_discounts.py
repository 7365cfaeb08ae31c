"""Books that are cheaper for a time: the price a shopper sees is the price they pay, and everybody says why."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from shopping import checkout_form, hidden, order, put_in_cart, text

from shop.catalogue.models import Book
from shop.coupons.models import Discount
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import OutboxMessage

pytestmark = pytest.mark.django_db


def read(pk=1) -> Book:
    return Book.objects.with_available().get(pk=pk)


def test_the_struck_price_and_the_reason_stand_on_every_page_and_in_the_letter(client, make_book, make_discount):
    emma, other = make_book(1, title="Emma"), make_book(2, title="Dracula")
    make_discount(emma)
    for path in ("/", "/books/", emma.get_absolute_url()):
        page = client.get(path).content.decode()
        assert "€10.00" in page and "<s>€12.50</s>" in page and "Summer sale" in page, path
    put_in_cart(client, emma, 2)
    put_in_cart(client, other, 1)
    for path in ("/cart/", "/checkout/"):
        page = client.get(path).content.decode()
        assert "<s>€12.50</s>" in page and "Summer sale" in page and "€32.50" in page, path
        assert page.count("<s>") == 1 and "price changed" not in page
    order(client)
    placed = Order.objects.get()
    line = placed.lines.get(position=1)
    kept = [str(value) for value in (line.list_price, line.unit_price, line.price_reason, placed.total)]
    assert kept == ["12.50", "10.00", "Summer sale", "32.50"]
    assert placed.lines.get(position=2).price_reason == ""
    page = client.get(f"/orders/{placed.number}/").content.decode()
    assert "<s>€12.50</s>" in page and "Summer sale" in page
    letter = Mail.objects.get()
    assert "€10.00 each instead of €12.50, Summer sale, €20.00" in letter.text and "Summer sale" in letter.html
    assert [line["unit_price"] for line in OutboxMessage.objects.get().body["lines"]] == ["10.00", "12.50"]


def test_search_engines_read_the_price_that_is_asked(client, make_book, make_discount):
    make_discount(make_book(1))
    page = client.get(read().get_absolute_url()).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert data["@graph"][0]["offers"]["price"] == "10.00"


def test_the_best_of_several_counts_alone(make_book, make_discount):
    book = make_book(1)
    make_discount(percent="10", name="Everything")
    make_discount(book, percent="25", name="Austen week")
    make_discount(book, percent="90", name="Not yet", starts_at=timezone.now() + timedelta(hours=1))
    make_discount(book, percent="90", name="Over", ends_at=timezone.now())
    make_discount(book, percent="90", name="Switched off", is_active=False)
    make_discount(make_book(2), percent="90", name="Another book")
    assert (read().price_now, read().price_reason) == (Decimal("9.38"), "Austen week")
    assert (read(2).price_now, read(2).price_reason) == (Decimal("1.25"), "Another book")


def test_a_discount_too_small_to_matter_is_no_reason(make_book, make_discount):
    make_book(1, price=Decimal("0.01"))
    make_discount(percent="10")
    assert (read().price_now, read().price_reason) == (Decimal("0.01"), "")


def test_a_discount_that_ends_between_cart_and_checkout_is_told_on_its_line(client, make_book, make_discount):
    make_discount(make_book(1, title="Emma"))
    put_in_cart(client, read(), 2)
    form = checkout_form(client)
    assert form["seen_total"] == "20.00"
    Discount.objects.update(ends_at=timezone.now())
    page = client.post("/checkout/", form)
    assert page.status_code == 409 and not Order.objects.exists()
    assert "The price changed since you added it (it was €10.00)." in text(page) and "€25.00" in text(page)
    assert "it was €10.00" in text(client.get("/cart/"))
    client.post("/checkout/", {**form, "seen_total": hidden(page, "seen_total")})
    assert str(Order.objects.get().total) == "25.00"


def test_a_discount_that_ends_while_the_order_is_placed_is_told_too(client, make_book, make_discount, monkeypatch):
    """The store is asked for the copies meanwhile, which may take two seconds."""
    from shop.orders import ordering

    make_discount(make_book(1))
    put_in_cart(client, read())
    form = checkout_form(client)

    def ends_meanwhile(form, basket):
        Discount.objects.update(ends_at=timezone.now())

    with monkeypatch.context() as patch:
        patch.setattr(ordering, "_hold", ends_meanwhile)
        page = client.post("/checkout/", form)
    assert page.status_code == 409 and "A price has just changed." in text(page) and "€12.50" in text(page)
    assert not Order.objects.exists()


def test_ordering_again_puts_the_books_in_at_the_price_of_today(client, make_book, make_discount):
    put_in_cart(client, make_book(1))
    order(client)
    make_discount()
    client.post(f"/orders/{Order.objects.get().number}/again/")
    page = text(client.get("/cart/"))
    assert "€10.00" in page and "Summer sale" in page and "price changed" not in page


def test_a_coupon_comes_on_top_of_a_discount(client, make_book, make_discount, make_coupon):
    make_discount(make_book(1))
    make_coupon()
    put_in_cart(client, read())
    page = client.post("/checkout/", checkout_form(client, coupon="SAVE10", apply="1"))
    order(client, coupon="SAVE10", seen_total=hidden(page, "seen_total"))
    placed = Order.objects.get()
    assert (str(placed.goods), str(placed.discount), str(placed.total)) == ("10.00", "1.00", "9.00")


def test_a_book_that_was_read_without_its_offer_has_no_price_to_show(make_book):
    """Better a loud mistake than the wrong price on a page."""
    with pytest.raises(AttributeError):
        _ = make_book(1).price_now
