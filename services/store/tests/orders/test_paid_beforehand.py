"""An order to be prepaid is packed when all is paid, and who packs sees only what may be packed."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient
from tests.conftest import NOW

from store.orders.models import Order
from store.orders.packing import PackingRefused, dispatch


def page(order):
    return reverse("admin:orders_order_change", args=[order.id])


def numbers(client):
    return {str(order.number) for order in client.get("/admin/orders/order/").context["cl"].result_list}


@pytest.fixture
def unpaid(books, accept):
    return accept((books[0], 2), payment="prepaid", paid="24.99")


@pytest.fixture
def paid(books, accept):
    return accept((books[0], 1), payment="prepaid", paid="12.50")


def test_what_was_paid_stays_with_the_order(shop, paid):
    told = shop.get(f"/api/orders/{paid.number}/").json()
    assert (told["payment"], told["paid"], told["total"]) == ("prepaid", "12.50", "12.50")


@pytest.mark.parametrize("change", [{"payment": "paid"}, {"payment": ""}, {"paid": "-1"}, {"paid": "much"}])
def test_only_the_two_ways_to_pay_are_known(shop, books, order_body, change):
    answer = shop.put(
        "/api/orders/0b9b3c1e-7a1f-4f2e-9d26-0d6a5f0e9a10/", order_body((books[0], 1)) | change, format="json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, *change)


def test_the_same_order_with_another_payment_is_another_order(shop, books, order_body, paid):
    body = order_body((books[0], 1), payment="prepaid", paid="12.00")
    assert shop.put(f"/api/orders/{paid.number}/", body, format="json").json()["type"] == "/problems/order-differs"


def test_an_order_that_says_nothing_of_money_is_the_same_as_one_with_nothing_paid(shop, books, order_body, accept):
    order = accept((books[0], 1))
    body = order_body((books[0], 1), paid="0.00")
    assert shop.put(f"/api/orders/{order.number}/", body, format="json").status_code == 200


def test_dan_sees_what_is_paid_and_olga_sees_all(staff, accept, books, unpaid, paid):
    cash = accept((books[1], 1))
    dan, olga, office = staff("packer"), staff("owner"), staff("office")
    assert numbers(dan) == {str(paid.number), str(cash.number)}
    assert numbers(olga) == numbers(office) == {str(paid.number), str(cash.number), str(unpaid.number)}
    assert [dan.get(page(order)).status_code for order in (paid, cash, unpaid)] == [200, 200, 404]
    copies = reverse("admin:orders_order_copies", args=[unpaid.id])
    assert [client.get(copies).status_code for client in (dan, olga)] == [404, 200]


def test_the_api_shows_dan_no_unpaid_order_either(staff, unpaid, paid):
    """L28"""
    dan, olga = staff("packer"), staff("owner")
    assert [order["order"] for order in dan.get("/api/orders/").json()["results"]] == [str(paid.number)]
    assert dan.get(f"/api/orders/{unpaid.number}/").status_code == 404
    assert olga.get(f"/api/orders/{unpaid.number}/").status_code == 200
    assert APIClient().get(f"/api/orders/{paid.number}/").status_code == 401


def test_nobody_packs_an_unpaid_order(staff, unpaid):
    told = staff("owner").get(page(unpaid)).content.decode()
    assert "Not to be packed before all is paid" in told
    assert "Propose the oldest free copies" not in told
    with pytest.raises(PackingRefused, match="Only 24.99 of 25.00 EUR are paid"):
        dispatch(order_id=unpaid.id, barcodes=["B1-1", "B1-2"], actor="olga@example.org", now=NOW)
    assert Order.objects.get(pk=unpaid.pk).state == "received"
