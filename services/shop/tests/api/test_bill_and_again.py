"""The invoice of an order by the API, as data and on paper; and its books once more in the cart."""

import pytest
from asking import order, problem, program
from tests.invoices.conftest import sent  # noqa: F401

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Book
from shop.staff import roles

pytestmark = pytest.mark.django_db


def in_cart() -> dict:
    return dict(CartLine.objects.values_list("book", "quantity"))


def test_what_stands_on_an_invoice_is_told_with_its_sums(hers, sent):  # noqa: F811
    invoice = sent(("Emma", 2, "12.50"), ("Persuasion", 1, "5.00"), delivery="3.00", total="33.00")
    told = hers.get(f"/api/orders/{invoice.order_id}/invoice/").json()
    assert (told["number"], told["order"]) == (invoice.reference, str(invoice.order_id))
    assert (told["goods"], told["delivery"], told["total"], told["currency"]) == ("30.00", "3.00", "33.00", "EUR")
    assert [(one["title"], one["copies"], one["total"]) for one in told["items"]] == [
        ("Emma", 2, "25.00"), ("Persuasion", 1, "5.00"),
    ]  # fmt: skip
    assert told["issued_at"] == "2026-11-21T10:00:00Z" and told["bill_to"][0] == "Alice Example"
    assert told["paid"] is None and told["given_back"] == [] and told["corrected_total"] is None


def test_who_accepts_a_pdf_gets_the_paper_by_the_same_address(hers, sent):  # noqa: F811
    path = f"/api/orders/{sent().order_id}/invoice/"
    paper = hers.get(path, headers={"Accept": "application/pdf"})
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF-")
    assert "Accept" in paper["Vary"] and paper["ETag"] != hers.get(path)["ETag"]
    again = hers.get(path, headers={"Accept": "application/pdf", "If-None-Match": paper["ETag"]})
    assert again.status_code == 304
    other = {"Accept": "application/pdf", "If-Match": '"another"'}
    problem(hers.get(path, headers=other), 412, "changed")
    problem(hers.get(path, headers={"Accept": "image/png"}), 406, "not-acceptable")
    problem(program().get(path, headers={"Accept": "application/pdf"}), 404, "not-found")


def test_an_order_that_was_not_sent_has_no_invoice(hers, make_book):
    number = order(hers, (make_book(1), 1)).json()["id"]
    problem(hers.get(f"/api/orders/{number}/invoice/"), 404, "not-found")


def test_an_invoice_is_for_the_order_s_owner_who_holds_its_key_and_staff_who_may_see_bills(
    guest, his, in_group, sent  # noqa: F811
):  # fmt: skip
    invoice = sent()
    path = f"/api/orders/{invoice.order_id}/invoice/"
    for client in (guest, his, in_group(roles.AGENTS)):  # agents see orders, and no bills
        problem(client.get(path), 404, "not-found")
    assert guest.get(path, headers={"X-Order-Key": invoice.order.link_token}).status_code == 200
    assert in_group(roles.OFFICE).get(path).status_code == 200


def test_the_books_of_an_order_come_into_the_cart_once_more(hers, make_book):
    number = order(hers, (make_book(1), 2), (make_book(2), 1)).json()["id"]
    for _ in range(2):
        told = hers.post(f"/api/orders/{number}/again/")
        assert told.status_code == 200 and told.json() == {"copies": 3, "missing": [], "cart_token": None}
        assert in_cart() == {1: 2, 2: 1}


def test_what_cannot_be_had_is_told_line_by_line(hers, make_book, now):
    number = order(hers, (make_book(1), 2), (make_book(2, title="Persuasion"), 1)).json()["id"]
    Book.objects.filter(pk=2).update(retired_at=now)
    told = hers.post(f"/api/orders/{number}/again/").json()
    assert told["copies"] == 2 and told["missing"] == ["“Persuasion” is no longer sold."] and in_cart() == {1: 2}


def test_a_guest_s_books_come_into_the_cart_whose_token_is_answered(guest, make_book):
    placed = order(guest, (make_book(1), 1), email="guest@example.org").json()
    path, key = f"/api/orders/{placed['id']}/again/", {"X-Order-Key": placed["order_key"]}
    problem(guest.post(path), 404, "not-found")
    told = guest.post(path, headers=key)
    assert told.json()["cart_token"] == told["X-Cart-Token"]
    cart = guest.get("/api/cart/", headers={"X-Cart-Token": told["X-Cart-Token"]}).json()
    assert [item["product_id"] for item in cart["items"]] == [1]


def test_nobody_orders_another_s_order_again(hers, his, staff, make_book):
    number = order(hers, (make_book(1), 2)).json()["id"]
    for client in (his, staff):
        problem(client.post(f"/api/orders/{number}/again/"), 404, "not-found")
    assert not CartLine.objects.exists()


def test_a_cart_is_emptied_at_once_and_nobody_else_s(guest, hers, his, make_book):
    for pk in (1, 2):
        make_book(pk)
        hers.post("/api/cart/", {"product_id": pk})
    his.post("/api/cart/", {"product_id": 1})
    for _ in range(2):
        assert hers.delete("/api/cart/").status_code == 204
    assert hers.get("/api/cart/").json()["items"] == [] and in_cart() == {1: 1}
    assert guest.delete("/api/cart/").status_code == 204 and Cart.objects.filter(user=None).count() == 0
    token = guest.post("/api/cart/", {"product_id": 1})["X-Cart-Token"]
    assert guest.delete("/api/cart/", headers={"X-Cart-Token": token}).status_code == 204
    assert guest.get("/api/cart/", headers={"X-Cart-Token": token}).json()["items"] == []


@pytest.mark.django_db(transaction=True)
def test_a_cart_that_has_changed_since_is_not_emptied(hers, make_book):
    make_book(1)
    tag = hers.get("/api/cart/")["ETag"]
    hers.post("/api/cart/", {"product_id": 1})
    problem(hers.delete("/api/cart/", headers={"If-Match": tag}), 412, "changed")
    assert in_cart() == {1: 1}
