"""Each number of the stock is shown with every line of the ledger that made it, and with who waits for copies."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import NOW

from store.holds.operations import Line, take_hold
from store.orders.packing import choose_copies, dispatch
from store.shelves.views import LINES_A_PAGE
from store.stock.models import BookItem, CopyState, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery, note_count, receive_copies

WHO = {"actor": "dan@example.org", "now": NOW}
MOST_STATEMENTS = 14


def page_of(kind, pk):
    return reverse(f"shelves:{kind}", args=[pk])


def told(client, kind, pk):
    page = client.get(page_of(kind, pk))
    return page, " ".join(page.content.decode().split())


def test_a_books_numbers_come_from_its_ledger_its_orders_and_its_holds(staff, books, accept):
    waiting, packed = accept((books[0], 1)), accept((books[0], 1))
    choose_copies(order_id=packed.id, barcodes=["B1-2"], **WHO)
    take_hold(number=uuid4(), client="shop", lines=[Line(1, books[0].id, 1)], now=timezone.now())
    page, words = told(staff("owner"), "book", books[0].id)
    level = page.context["level"]
    assert (level.on_shelf, level.reserved, level.free) == (2, 2, 0)
    assert f"Order {waiting.reference}</a> waits for 1" in words and "holds 1 until" in words
    assert f"Order {packed.reference}</a> waits" not in words
    newest = page.context["lines"][0]
    assert (newest.copy.barcode, newest.on_shelf, newest.on_hand) == ("B1-2", 2, 3)
    assert [line.on_shelf for line in page.context["lines"]] == [2, 3, 2, 1]
    dispatch(order_id=packed.id, barcodes=["B1-2"], **WHO)
    page, words = told(staff("owner"), "copy", newest.copy_id)
    assert [(line.to_state, line.on_hand) for line in page.context["lines"]] == [
        ("shipped", 0), ("packed", 1), ("allocated", 1), ("available", 1),
    ]  # fmt: skip
    assert packed.reference in words and "dan@example.org" in words and "shelf A-1" in words


def test_who_may_not_see_orders_sees_how_many_wait_and_no_more(staff, books, accept):
    """W5"""
    order = accept((books[0], 1))
    unpaid = accept((books[0], 1), payment="prepaid", paid="1.00")
    _, words = told(staff("keeper"), "book", books[0].id)
    assert "2 to 2 open orders." in words and order.reference not in words
    _, words = told(staff("packer"), "book", books[0].id)
    assert order.reference in words and unpaid.reference not in words
    assert "1 to orders that you do not see, because they are not paid yet." in words


def test_only_staff_with_the_right_look_and_move(staff, client, django_user_model, books):
    copy = BookItem.objects.get(barcode="B1-1")
    pages = [reverse("shelves:stock"), page_of("book", books[0].id), page_of("copy", copy.id), reverse("shelves:move")]
    for role in ("owner", "office", "packer", "keeper"):
        assert [staff(role).get(page).status_code for page in pages] == [200] * 4
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x", is_staff=True))
    assert [client.get(page).status_code for page in pages] == [403] * 4
    assert client.post(pages[3], {"code": "B1-1", "shelf": "Z"}).status_code == 403
    assert [staff("owner").get(page_of(k, 10**18)).status_code for k in ("book", "copy")] == [404, 404]
    assert staff("owner").get(f"/admin/shelves/books/{10**40}/").status_code == 404


def test_what_is_scanned_at_the_stocks_page_leads_to_its_story(staff, books):
    keeper, stock = staff("keeper"), reverse("shelves:stock")
    copy = BookItem.objects.get(barcode="B1-1")
    assert keeper.get(stock, {"code": "b1-1"})["Location"] == page_of("copy", copy.id)
    assert keeper.get(stock, {"code": books[1].isbn13})["Location"] == page_of("book", books[1].id)
    assert keeper.get(stock, {"code": "SHELF A-1"})["Location"].endswith("?shelf__exact=A-1")
    for rubbish in ("no such thing", "CMDDONE", "\x00", "9999999999999"):
        page = keeper.get(stock, {"code": rubbish})
        assert page.status_code == 200 and "told" in page.context
    assert "is not a code we know" in keeper.get(stock, {"code": "no such thing"}).content.decode()


def test_pages_cost_the_same_for_many_lines_and_orders(staff, books, accept):
    owner, copy = staff("owner"), BookItem.objects.get(barcode="B1-1")

    def statements():
        counts = []
        for page in (page_of("book", books[0].id), page_of("copy", copy.id), reverse("shelves:stock")):
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(page).status_code == 200
            counts.append(len(queries))
        return counts

    order = accept((books[0], 1))
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    take_hold(number=uuid4(), client="shop", lines=[Line(1, books[0].id, 1)], now=timezone.now())
    few = statements()
    with transaction.atomic():
        receive_copies([Delivery(books[0].id, LINES_A_PAGE + 20)], origin=Origin.HAND, **WHO)
    for _ in range(5):
        accept((books[0], 2))
        take_hold(number=uuid4(), client="shop", lines=[Line(1, books[0].id, 1)], now=timezone.now())
    choose_copies(order_id=accept((books[0], 1)).id, barcodes=["B1-3"], **WHO)
    assert statements() == few and max(few) <= MOST_STATEMENTS
    assert 'rel="next"' in owner.get(page_of("book", books[0].id)).content.decode()


def test_the_sum_of_the_ledger_is_checked_and_a_book_that_differs_is_named(books, accept, capsys):
    """W10, L25: the check can fail in each of its ways."""
    order = accept((books[0], 1))
    dispatch(order_id=order.id, barcodes=["B1-1"], **WHO)
    note_count([BookItem.objects.get(barcode="B1-2").id], CopyState.DAMAGED, **WHO)
    call_command("check_ledger")
    assert "adds up for every book" in capsys.readouterr().out
    for wrong, sentence in (
        (lambda: StockLevel.objects.filter(book=books[1]).update(on_shelf=7), "by its level 7"),
        (lambda: BookItem.objects.filter(barcode="B2-1").update(state="shipped"), "are in the house, by the copies 0"),
        (
            lambda: LedgerLine.objects.create(
                copy=BookItem.objects.get(barcode="B2-1"), from_state="missing", to_state="missing", reason="counted"
            ),
            "does not begin where the one before it ended",
        ),
    ):
        with pytest.raises(CommandError, match="ledger of 1 book does not"), transaction.atomic():
            wrong()
            call_command("check_ledger")
        said = capsys.readouterr().out
        assert f"{books[1].isbn13} “Jane Eyre”" in said and sentence in said and books[0].isbn13 not in said


def test_what_nobody_buys_is_dead_stock_and_what_sells_is_not(staff, books, accept, settings):
    """W10"""
    settings.DEAD_STOCK_DAYS = 100
    now, owner = timezone.now(), staff("owner")
    BookItem.objects.update(received_at=now - timedelta(days=101))
    order = accept((books[0], 1))
    dispatch(order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=now - timedelta(days=99))

    def dead():
        page = owner.get(reverse("admin:catalogue_book_changelist"), {"sales": "dead"})
        return [book.title for book in page.context["cl"].result_list]

    assert dead() == ["Jane Eyre"]
    page = owner.get(reverse("shelves:stock"))
    assert [(row["titles"], row["copies"], str(row["value"])) for row in page.context["dead"]] == [(1, 1, "9.90")]
    settings.DEAD_STOCK_DAYS = 98
    assert dead() == ["Jane Eyre", "Pride and Prejudice"]
    settings.DEAD_STOCK_DAYS = 102
    assert dead() == []


def test_the_stock_at_a_glance_counts_titles_by_band_and_copies_by_day(staff, books, accept, settings):
    settings.STOCK_CRITICAL_UP_TO, settings.STOCK_MEDIUM_UP_TO = 0, 1
    order = accept((books[0], 1))
    dispatch(order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=timezone.now())
    page = staff("keeper").get(reverse("shelves:stock"))
    assert [(bar.label, bar.number) for bar in page.context["bands"]] == [
        ("critical: up to 0", 1), ("medium: 1 to 1", 1), ("good: more than 1", 1),
    ]  # fmt: skip
    assert page.context["sold"][-1].number == 1 and "1 copy left for customers" in page.content.decode()
