"""Dispatchers pack: they see orders that may be packed, and of those what packing needs."""

import pytest
from django.urls import reverse
from tests.printed import words_of

from store.accounts.roles import DISPATCHERS, FIELDS, LETTERS, OFFICE, SEE_PRICES, permissions
from store.accounts.seeing import may_see
from store.orders.models import Order
from store.orders.parcels import Parcel

LIST = reverse("admin:orders_order_changelist")
WORDS = ("Owen Owing", "Owed Lane", "Owed Note")


@pytest.fixture
def dan(browser_of):
    return browser_of(DISPATCHERS)


@pytest.fixture
def fay(browser_of):
    return browser_of(OFFICE)


def text(answer) -> str:
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_nothing_shows_dispatchers_an_order_that_is_not_paid(dan, fay, books, unpaid):
    """W5. The same pages show it to the office."""
    Parcel.objects.filter(order=unpaid).update(state="dispatched", dispatched_at=unpaid.placed_at)
    day = f"{unpaid.placed_at:%Y-%m-%d}"
    for path, office_sees in (
        (LIST, True), (f"{LIST}?q=Owen", True), (f"{LIST}?q={unpaid.reference}", True), (f"{LIST}?state=received", False),
        (f"{LIST}?state=packing", True), (f"{reverse('packing:parcels')}?day={day}", True),
        (f"{reverse('packing:parcels')}?day={day}&as=csv", True), (reverse("api:orders"), True),
        (f"{reverse('api:orders')}?status=packing", True),
        (reverse("packing:queue"), False), ("/admin/", False), (reverse("shelves:stock"), False),
        (reverse("admin:returns_return_changelist"), False),
    ):  # fmt: skip
        shown = [any(word in text(who.get(path)) for word in (*names(unpaid), *WORDS)) for who in (fay, dan)]
        assert shown == [office_sees, False], path


def names(order: Order) -> tuple[str, str]:
    return str(order.number), f">{order.reference}<"


def test_no_page_of_an_unpaid_order_opens_to_dispatchers(dan, fay, unpaid):
    parcel = Parcel.objects.get(order=unpaid)
    for name, key in (
        ("admin:orders_order_change", unpaid.pk), ("admin:orders_order_copies", unpaid.pk), ("packing:bench", unpaid.pk),
        ("packing:parcel", parcel.pk), ("packing:slip", parcel.pk), ("api:order", unpaid.number),
    ):  # fmt: skip
        there = reverse(name, args=[key])
        assert (fay.get(there).status_code, dan.get(there).status_code) == (200, 404), name
        if name not in ("packing:slip", "api:order", "admin:orders_order_copies"):
            assert dan.post(there, {"code": "done", "take_over": "1", "_success": "1"}).status_code == 404, name
    assert Order.objects.get(pk=unpaid.pk).state == "packing"


def test_an_unpaid_order_is_nobodys_next_and_on_no_pick_list(dan, books, accept, unpaid):
    assert "No order is free" in text(dan.post(reverse("packing:next"), follow=True))
    paid = accept((books[0], 1), placed_at="2026-11-22T10:00:00Z")
    (page,) = words_of(dan.get(reverse("labels:pick-list"), {"number": 5}).content)
    assert paid.reference in page and unpaid.reference not in page
    assert dan.post(reverse("packing:next"))["Location"] == reverse("packing:bench", args=[paid.pk])


def test_what_an_order_costs_is_for_the_office(dan, fay, books, accept):
    order = accept((books[0], 1), payment="prepaid", paid="12.50")
    pages = [LIST, reverse("admin:orders_order_change", args=[order.pk])]
    pages += [reverse("api:orders"), reverse("api:order", args=[order.number])]
    for path in pages:
        assert ["12.50" in text(who.get(path)) for who in (fay, dan)] == [True, False], path
    told = dan.get(pages[-1]).json()
    assert (told["payment"], told["ship_to"]["name"], told["lines"][0]["quantity"]) == ("prepaid", "Alice Reader", 1)
    assert not {"total", "paid", "currency"} & set(told) and "unit_price" not in told["lines"][0]


def test_what_is_to_be_collected_is_for_all_who_pack(dan, books, accept):
    order = accept((books[0], 1))
    assert "12.50 EUR to be collected" in text(dan.get(reverse("admin:orders_order_change", args=[order.pk])))


@pytest.mark.parametrize("asked", ["total__gt=1", "paid__gte=12", "currency=EUR", "lines__unit_price__gt=1"])
def test_what_is_hidden_cannot_be_felt_for_in_the_address(dan, books, accept, asked):
    order = accept((books[0], 1), payment="prepaid", paid="12.50")
    answer = dan.get(f"{LIST}?{asked}")
    assert answer.status_code in (302, 400) and order.reference not in text(answer)


@pytest.mark.parametrize("model", FIELDS)
@pytest.mark.parametrize("field", ["total", "paid", "unit_price", "a_new_field"])
def test_a_field_that_is_not_listed_is_hidden_from_all_but_those_of_its_line(model, field):
    for role in LETTERS.values():
        rights = {permission for permission, holders in permissions().items() if role in holders}
        assert may_see(rights, model, field) == (role in permissions()[SEE_PRICES]), role


def test_the_store_knows_no_bill_and_no_customers_e_mail():
    columns = {field.name for field in Order._meta.get_fields()}
    assert not [name for name in columns if "bill" in name or "email" in name or "user" in name]
