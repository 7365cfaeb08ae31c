"""Dan's page of one order in the admin, with and without JavaScript."""

from html.parser import HTMLParser

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW

from store.orders.models import Order
from store.orders.packing import choose_copies
from store.stock.models import BookItem, Origin
from store.stock.operations import Delivery, receive_copies

WHO = {"actor": "olga@example.org", "now": NOW}


@pytest.fixture
def dan(staff):
    return staff("packer")


def url(order):
    return reverse("admin:orders_order_change", args=[order.id])


def save(client, order, *, copies=(), scanned="", result="open", reason="", revision=None, button="_save"):
    revision = Order.objects.get(pk=order.pk).revision if revision is None else revision
    form = {"copies": copies, "scanned": scanned, "result": result, "reason": reason, "revision": revision, button: "1"}
    return client.post(url(order), form)


def errors(response):
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


def chosen(response):
    return list(response.context["form"]["copies"].value())


def state(order):
    return Order.objects.get(pk=order.pk).state


class Scripts(HTMLParser):
    """Finds what a strict policy would block: inline scripts, styles and handlers."""

    def __init__(self):
        super().__init__()
        self.inline, self._in_script = [], False

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.inline += [name for name in names if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self.inline.append(tag)


def test_propose_and_save_as_success_ship_the_order(dan, books, accept):
    """W1: open the order, propose, success."""
    order = accept((books[0], 2), (books[1], 1))
    assert dan.get(url(order)).status_code == 200
    proposed = save(dan, order, button="_propose")
    assert chosen(proposed) == ["B1-1", "B1-2", "B2-1"]
    assert state(order) == "received"  # a proposal saves nothing
    done = save(dan, order, copies=chosen(proposed), button="_success")
    assert done.status_code == 302
    assert state(order) == "dispatched"
    assert order.events.get(status="dispatched").actor == "dan@example.org"


def test_scanned_barcodes_alone_are_enough(dan, books, accept):
    """Without JavaScript, or with a hand scanner."""
    order = accept((books[0], 2))
    save(dan, order, scanned="B1-2\r\nB1-1\r\n", result="success")
    assert state(order) == "dispatched"


def test_saved_without_success_the_copies_stay_in_the_box(dan, books, accept):
    order = accept((books[0], 2))
    response = save(dan, order, copies=["B1-1"])
    assert (response.status_code, response["Location"]) == (302, url(order))
    assert chosen(dan.get(url(order))) == ["B1-1"]
    assert state(order) == "packing"


def test_scanning_a_chosen_copy_confirms_it_and_scanning_twice_is_told(dan, books, accept):
    order = accept((books[0], 2))
    twice = save(dan, order, scanned="B1-1\nB1-1", result="success")
    assert errors(twice) == ["Copy B1-1 was scanned twice; a copy goes into the box once."]
    save(dan, order, copies=["B1-1", "B1-2"], scanned="B1-1", result="success")
    assert state(order) == "dispatched"


def test_a_refusal_names_copy_and_book_and_loses_nothing_typed(dan, books, accept):
    """L19"""
    order = accept((books[0], 2))
    refused = save(dan, order, copies=["B1-1"], scanned="B2-1", result="success", reason="typed already")
    assert refused.status_code == 200
    assert "Copy B2-1 is “Jane Eyre”, which this order does not contain." in errors(refused)
    page = refused.content.decode()
    assert "Copy B2-1 is “Jane Eyre”" in page
    assert chosen(refused) == ["B1-1"]
    assert '<option value="B1-1" selected>B1-1 · Pride and Prejudice · shelf A-0</option>' in page
    assert "B2-1</textarea>" in page
    assert "typed already</textarea>" in page
    assert state(order) == "received"


def test_failing_needs_a_reason(dan, books, accept):
    """W3"""
    order = accept((books[0], 1))
    refused = save(dan, order, result="failed", reason=" ")
    assert errors(refused) == ["Say why the order failed; the customer is told."]
    assert state(order) == "received"
    save(dan, order, result="failed", reason="Water damage")
    assert state(order) == "failed"


def test_a_page_opened_before_someone_else_packed_does_not_undo_it(dan, books, accept):
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-3"], **WHO)
    refused = save(dan, order, copies=["B1-1", "B1-2"], revision=0)
    assert "Someone else has packed this order meanwhile" in errors(refused)[0]
    assert BookItem.objects.get(barcode="B1-3").state == "allocated"
    again = refused.context["form"]["revision"].value()
    save(dan, order, copies=["B1-1", "B1-2"], revision=again, result="success")
    assert state(order) == "dispatched"


def test_success_twice_ships_once(dan, books, accept):
    order = accept((books[0], 1))
    save(dan, order, copies=["B1-1"], button="_success")
    again = save(dan, order, copies=["B1-1"], button="_success")
    assert "is dispatched already" in errors(again)[0]


@pytest.mark.parametrize("form", [{}, {"result": "perhaps", "revision": "x"}, {"result": "open", "revision": 10**30}])
def test_a_form_of_nonsense_changes_nothing(dan, books, accept, form):
    order = accept((books[0], 1))
    response = dan.post(url(order), form)
    assert (response.status_code, bool(errors(response)), state(order)) == (200, True, "received")


def test_the_autocomplete_offers_only_free_copies_of_the_ordered_books(dan, books, accept):
    first, second = accept((books[0], 1)), accept((books[0], 1))
    choose_copies(order_id=first.id, barcodes=["B1-1"], **WHO)
    find = reverse("admin:orders_order_copies", args=[second.id])

    def found(term):
        return [row["id"] for row in dan.get(find, {"term": term}).json()["results"]]

    assert found("") == ["B1-2", "B1-3"]
    assert found("pride") == ["B1-2", "B1-3"]
    assert found("b1-3") == ["B1-3"]
    assert found("B2-1") == found("eyre") == []


def test_the_autocomplete_goes_on_page_by_page(dan, books, accept):
    with transaction.atomic():
        receive_copies([Delivery(books[2].id, 30)], origin=Origin.HAND, **WHO)
    find = reverse("admin:orders_order_copies", args=[accept((books[2], 1)).id])
    first, second = dan.get(find).json(), dan.get(find, {"page": "2"}).json()
    assert (len(first["results"]), first["pagination"]["more"]) == (20, True)
    assert (len(second["results"]), second["pagination"]["more"]) == (10, False)
    assert dan.get(find, {"page": "-1", "term": "\x00"}).status_code == 200


def test_the_page_costs_the_same_for_a_thousand_copies(dan, books, accept):
    """L21"""

    def statements(*wanted):
        order = accept(*wanted)
        choose = [
            copy.barcode for copy in BookItem.objects.filter(book=books[2], state="available")[: wanted[0][1] - 1]
        ]
        choose_copies(order_id=order.id, barcodes=choose, **WHO)
        counts = []
        for ask in (lambda: dan.get(url(order)), lambda: save(dan, order, button="_propose")):
            with CaptureQueriesContext(connection) as queries:
                assert ask().status_code == 200
            counts.append(len(queries))
        return counts

    with transaction.atomic():
        receive_copies([Delivery(books[2].id, 2_000)], origin=Origin.HAND, **WHO)
    few, many = statements((books[2], 2)), statements(*[(books[2], 99)] * 10)
    assert many == few
    assert few[0] <= 12


def test_nothing_on_the_page_is_inline(dan, books, accept):
    """A strict content security policy leaves it whole."""
    response = dan.get(url(accept((books[0], 1))))
    finder = Scripts()
    finder.feed(response.content.decode())
    assert finder.inline == []
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_strangers_and_the_shops_people_see_no_order(client, staff, django_user_model, books, accept):
    """L27"""
    order = accept((books[0], 1))
    assert client.get(url(order)).status_code == 302
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x", is_staff=True))
    find = reverse("admin:orders_order_copies", args=[order.id])
    assert [client.get(url(order)).status_code, save(client, order).status_code, client.get(find).status_code] == [
        403
    ] * 3
    unknown = reverse("admin:orders_order_change", args=[10**9])
    assert [who.get(unknown).status_code for who in (client, staff("packer"))] == [403, 404]


def test_an_order_that_came_after_its_cancel_has_a_page(dan, db):
    from uuid import uuid4

    from store.orders.operations import cancel_order

    order, _ = cancel_order(number=uuid4(), client="shop", reason="", actor="shop", now=NOW)
    assert "nothing to pack" in dan.get(url(order)).content.decode()


def test_an_order_is_found_by_what_its_customer_calls_it(dan, books, accept):
    wanted, other = accept((books[0], 1)), accept((books[1], 1))
    for said in (wanted.reference, wanted.reference.lower(), wanted.number.hex[:8], str(wanted.number)):
        page = dan.get(reverse("admin:orders_order_changelist"), {"q": said})
        assert [order.pk for order in page.context["cl"].result_list] == [wanted.pk], said
    assert wanted.reference in dan.get(url(wanted)).content.decode()
    assert other.reference != wanted.reference
