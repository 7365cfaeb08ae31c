"""The office keeps coupons and discounts in the admin, and sees what came of them."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shopping import checkout_form, hidden, put_in_cart, text

from shop.coupons.models import Coupon, Discount
from shop.orders.models import Order
from shop.orders.states import State

pytestmark = pytest.mark.django_db

COUPONS, DISCOUNTS = "/admin/coupons/coupon/", "/admin/coupons/discount/"
NEW = {
    "code": "SUMMER", "kind": "percent", "value": "15", "minimum": "0", "most_per_customer": "1", "is_active": "on",
}  # fmt: skip


@pytest.fixture
def office(make_user):
    """Somebody of the owners' group, with its rights and no more."""
    oscar = make_user("Oscar", is_staff=True)
    oscar.groups.add(Group.objects.get(name="Owners"))
    browser = Client()
    browser.force_login(oscar)
    return browser


def use(make_book, first, number, code="SAVE10"):
    for pk in range(first, first + number):
        browser = Client()
        put_in_cart(browser, make_book(pk))
        mine = {"coupon": code, "email": f"guest{pk}@example.org"}
        page = browser.post("/checkout/", checkout_form(browser, apply="1", **mine))
        assert browser.post("/checkout/", checkout_form(browser, seen_total=hidden(page, "seen_total"), **mine))


def test_a_coupon_is_made_in_small_letters_and_shows_who_used_it(office, make_book):
    assert office.post(f"{COUPONS}add/", {**NEW, "code": "summer"}).status_code == 302
    assert Coupon.objects.get().code == "SUMMER"
    use(make_book, 1, 2, code="Summer")
    first = Order.objects.get(email="guest1@example.org")
    page = office.get(f"{COUPONS}{Coupon.objects.get().pk}/change/")
    assert first.reference in text(page) and "guest2@example.org" in text(page)
    assert f'href="/admin/orders/order/{first.pk}/change/"' in page.content.decode()
    assert "guest1@example.org" in text(office.get("/admin/orders/order/?q=SUMMER"))
    Order.objects.filter(pk=first.pk).update(state=State.CANCELLED)
    assert '<td class="field-used">1</td>' in office.get(COUPONS).content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"code": "a b"}, "Use 3 to 30 capital letters"),
        ({"value": "101"}, "Between 1 and 100 per cent."),
        ({"value": "0"}, "Between 1 and 100 per cent."),
        ({"kind": "amount", "value": "5"}, "An amount needs its currency"),
        ({"minimum": "20"}, "An amount needs its currency"),
        (
            {"starts_at_0": "2026-12-02", "starts_at_1": "0:00", "ends_at_0": "2026-12-01", "ends_at_1": "0:00"},
            "The end must come after the beginning.",
        ),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused_with_a_reason(office, wrong, told):
    page = office.post(f"{COUPONS}add/", NEW | wrong)
    assert page.status_code == 200 and told in text(page) and not Coupon.objects.exists()


def test_the_same_code_in_other_letters_is_the_same_coupon(office, make_coupon):
    make_coupon("SUMMER")
    page = office.post(f"{COUPONS}add/", NEW | {"code": "Summer"})
    assert page.status_code == 200 and Coupon.objects.count() == 1


def test_a_used_coupon_explains_prices_and_is_switched_off_instead_of_deleted(office, make_coupon, make_book):
    coupon = make_coupon()
    use(make_book, 1, 1)
    page = office.get(f"{COUPONS}{coupon.pk}/change/").content.decode()
    assert 'name="code"' not in page and 'name="value"' not in page and 'name="is_active"' in page
    assert "deletelink" not in page
    assert office.post(f"{COUPONS}{coupon.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_discount_names_its_books_or_all(office, make_book):
    make_book(1)
    form = {"name": "Winter", "percent": "10", "books": "1", "is_active": "on"}
    assert office.post(f"{DISCOUNTS}add/", form).status_code == 302
    assert "Winter" in text(office.get(DISCOUNTS)) and Discount.objects.get().books.get().pk == 1
    page = office.post(f"{DISCOUNTS}add/", {"name": "Nothing", "percent": "10", "is_active": "on"})
    assert page.status_code == 200 and "Choose books, or every book." in text(page)


def test_the_lists_cost_the_same_however_much_there_is(office, make_coupon, make_book, make_discount):
    def statements():
        with CaptureQueriesContext(connection) as spent:
            office.get(COUPONS), office.get(DISCOUNTS), office.get(f"{COUPONS}{Coupon.objects.first().pk}/change/")
        return len(spent)

    make_coupon()
    use(make_book, 1, 1)
    make_discount(name="First")
    statements()
    before = statements()
    for n in range(5):
        make_coupon(f"MORE-{n}")
        make_discount(name=f"Sale {n}")
    use(make_book, 10, 5)
    assert statements() == before


def test_others_of_the_staff_and_customers_see_none_of_it(make_user, make_coupon):
    coupon = make_coupon()
    for person in (make_user("Carol", is_staff=True), make_user("Alice")):
        browser = Client()
        browser.force_login(person)
        for path in (COUPONS, f"{COUPONS}add/", f"{COUPONS}{coupon.pk}/change/", DISCOUNTS):
            assert browser.get(path).status_code in (302, 403), path
        assert browser.post(f"{COUPONS}add/", NEW).status_code in (302, 403)
    assert Coupon.objects.count() == 1


def test_the_demonstration_waits_for_the_first_books(settings, make_book, monkeypatch, capsys):
    from django.core.management import call_command

    from shop.coupons.management.commands import demo_prices

    settings.DEMO = True
    monkeypatch.setattr(demo_prices.time, "sleep", lambda seconds: make_book(1, authors=["Jane Austen"]))
    call_command("demo_prices", "--wait", "60")
    assert capsys.readouterr().out == "3 coupons. Cheaper: 1 book.\n"


def test_the_demonstration_makes_its_prices_once_and_only_there(settings, make_book):
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError):
        call_command("demo_prices")
    settings.DEMO = True
    call_command("demo_prices", verbosity=0)
    assert (Coupon.objects.count(), Discount.objects.count()) == (3, 0), "no book is known yet"
    make_book(1, authors=["Jane Austen"])
    for _ in range(2):
        call_command("demo_prices", verbosity=0)
    assert (Coupon.objects.count(), Discount.objects.get().books.count()) == (3, 1)
    for coupon in Coupon.objects.all():
        coupon.full_clean()
