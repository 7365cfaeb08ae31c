"""The contract, spoken by both sides: the client that our callers use against a live store."""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image
from tests.conftest import NOW
from tests.lines import order_of, read_all, refusal

from store.catalogue import contributors
from store.catalogue.pictures import remake
from store.holds.models import Hold
from store.orders import packing
from store.orders.models import Order
from store.orders.operations import fail_order
from store.orders.shortfall import fall_short
from store_client import (
    Book,
    DeletedBook,
    FeedRestarted,
    HoldLine,
    StoreClient,
    StoreUnavailable,
    TokenFile,
    roles,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(line_to_store):
    return line_to_store("orders:push", "feeds:read")


def held(*books) -> list[HoldLine]:
    return [HoldLine(number, book.id, 1) for number, book in enumerate(books, start=1)]


def free_numbers(shop) -> list[int]:
    """How many copies of each book are free, the first book first."""
    return [book.free for book in sorted(read_all(shop.book_changes)[0], key=lambda book: book.id)]


def test_many_orders_at_once_are_answered_each_by_itself(shop, books):
    good, short, unknown = str(uuid4()), str(uuid4()), str(uuid4())
    strange = order_of((books[0], 1))
    strange["lines"][0]["book"] = 999_999
    outcomes = shop.put_orders({good: order_of((books[0], 1)), short: order_of((books[2], 1)), unknown: strange})
    assert (outcomes[good].status, [event.version for event in outcomes[good].events]) == ("received", [1])
    assert outcomes[good] == shop.put_order(good, order_of((books[0], 1)))
    assert [outcomes[number].problem.slug for number in (short, unknown)] == ["out-of-stock", "invalid"]
    assert [event.status for event in outcomes[short].problem.events] == ["rejected"]
    (told,) = shop.story(good, "agent")
    assert (told.kind, told.key, told.who) == ("order", "store:1", "") and told.words.startswith("The order came")
    assert shop.story(good, "shopper") == shop.story(uuid4(), "ops") == ()


def test_books_arrive_whole_and_then_only_what_changed(shop, books):
    told, after = read_all(lambda after: shop.book_changes(after, limit=2))
    assert [book.id for book in told] == [book.id for book in books]
    first = told[0]
    assert isinstance(first, Book)
    assert (first.isbn13, first.title, first.authors) == ("9780141439518", "Pride and Prejudice", ("Jane Austen",))
    assert (first.price, first.currency, first.free, first.retired) == (Decimal("12.50"), "EUR", 3, False)

    assert shop.book_changes(after).rows == ()
    books[1].title = "Jane Eyre, revised"
    books[1].save()
    page = shop.book_changes(after)
    assert [(book.id, book.title) for book in page.rows] == [(books[1].id, "Jane Eyre, revised")]
    assert page.rows[0].version > told[1].version


def test_a_deleted_and_a_retired_book_are_told_as_such(shop, books):
    _, after = read_all(shop.book_changes)
    gone = books[2].id
    books[2].delete()
    books[1].retired = True
    books[1].save()
    rows = {book.id: book for book in shop.book_changes(after).rows}
    assert isinstance(rows[gone], DeletedBook)
    assert rows[books[1].id].retired


def test_a_sold_copy_is_news_of_its_book(shop, books):
    _, after = read_all(shop.book_changes)
    shop.put_order(uuid4(), order_of((books[0], 2)))
    assert [(book.id, book.free) for book in shop.book_changes(after).rows] == [(books[0].id, 1)]


def test_a_position_of_another_life_and_one_nobody_gave_out_start_the_walk_anew(shop, books):
    from store.feed.models import FeedEpoch

    _, after = read_all(shop.book_changes)
    epoch = shop.book_changes().epoch
    FeedEpoch.objects.update(epoch=uuid4())
    with pytest.raises(FeedRestarted):
        shop.book_changes(after)
    assert shop.book_changes().epoch != epoch
    with pytest.raises(FeedRestarted):
        shop.book_changes("made-up")


def test_a_change_that_commits_late_is_not_skipped(shop, books):
    """L17"""
    _, after = read_all(shop.book_changes)
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("UPDATE catalogue_book SET title = 'Late' WHERE id = %s", [books[0].id])
        books[1].title = "Early"
        books[1].save()
        shop.patient = False
        page = shop.book_changes(after)
        shop.patient = True
        assert page.rows == (), "what is after an open transaction waits for it"
        slow.commit()
    finally:
        slow.close()
    assert {book.title for book in shop.book_changes(page.next).rows} == {"Late", "Early"}


def test_an_order_is_taken_once_and_answered_the_same_again(shop, books):
    """L4"""
    number, order = uuid4(), order_of((books[0], 2))
    first = shop.put_order(number, order)
    assert (first.order, first.status, first.version) == (number, "received", 1)
    assert [(count.line, count.ordered, count.packed) for count in first.events[0].lines] == [(1, 2, 0)]
    assert shop.put_order(number, order) == first
    assert Order.objects.count() == 1


def test_a_book_in_rials_is_told_at_its_price_and_ordered_at_it(shop, books):
    dear = books[0]
    dear.price, dear.currency = Decimal("1250000.00"), "IRR"
    dear.full_clean()
    dear.save()
    told = next(book for book in read_all(shop.book_changes)[0] if book.id == dear.id)
    assert (told.price, told.currency) == (Decimal("1250000.00"), "IRR")
    number = uuid4()
    shop.put_order(number, order_of((dear, 3)) | {"currency": "IRR"})
    order = Order.objects.get(number=number)
    line = order.lines.get()
    assert (order.total, line.unit_price, line.to_pay) == (Decimal(3_750_000), Decimal(1_250_000), Decimal(3_750_000))


def test_every_no_to_an_order_has_its_name(shop, books):
    """L4, L8"""
    number = uuid4()
    shop.put_order(number, order_of((books[0], 1)))
    assert refusal(shop.put_order, number, order_of((books[0], 2))).slug == "order-differs"

    books[2].retired = True
    books[2].save()
    retired = refusal(shop.put_order, uuid4(), order_of((books[2], 1)))
    assert (retired.status, retired.slug) == (422, "invalid")
    assert "Crime and Punishment" in retired.reason

    for wrong in ({"lines": []}, {"total": "-1"}, {"ship_to": {}}, {"currency": "euro"}):
        assert refusal(shop.put_order, uuid4(), order_of((books[0], 1)) | wrong).slug == "invalid"
    too_many = order_of((books[0], 1))
    too_many["lines"][0]["quantity"] = 100
    assert refusal(shop.put_order, uuid4(), too_many).slug == "invalid"
    assert refusal(shop.put_order, uuid4(), order_of((books[0], 1), note="x" * 300_000)).status == 413
    assert Order.objects.count() == 1


def test_a_shortage_is_final_and_names_the_lines(shop, books):
    number, order = uuid4(), order_of((books[0], 2), (books[1], 5))
    for _ in range(2):
        problem = refusal(shop.put_order, number, order)
        assert (problem.status, problem.slug) == (409, "out-of-stock")
        assert [(line.line, line.wanted, line.free) for line in problem.short] == [(2, 5, 1)]
        assert [(event.version, event.status) for event in problem.events] == [(1, "rejected")]
        assert [(count.line, count.short) for count in problem.events[0].lines] == [(1, 0), (2, 4)]


def test_a_cancel_before_and_after_its_order(shop, books):
    early = uuid4()
    assert shop.cancel_order(early, "changed my mind").status == "cancelled"
    assert shop.cancel_order(early, "changed my mind").status == "cancelled"
    assert refusal(shop.put_order, early, order_of((books[0], 1))).slug == "order-cancelled"

    late = uuid4()
    shop.put_order(late, order_of((books[0], 1)))
    answer = shop.cancel_order(late, "too slow")
    assert [(event.version, event.status, event.reason) for event in answer.events][-1] == (2, "cancelled", "too slow")

    failed = uuid4()
    shop.put_order(failed, order_of((books[0], 1)))
    fail_order(order_id=Order.objects.get(number=failed).id, reason="wet", actor="dan@example.org", now=NOW)
    assert refusal(shop.cancel_order, failed, "late").slug == "too-late"


def test_every_move_is_told_in_order_also_two_within_one_second(shop, books):
    number, who = uuid4(), {"actor": "dan@example.org", "now": NOW}
    shop.put_order(number, order_of((books[0], 2)))
    order = Order.objects.get(number=number)
    packing.choose_copies(order_id=order.id, barcodes=["B1-1"], **who)
    packing.dispatch(order_id=order.id, barcodes=["B1-1", "B1-2"], **who)
    rows, after = read_all(lambda after: shop.order_changes(after, limit=1))
    assert [(event.order, event.version, event.status) for event in rows] == [
        (number, 1, "received"),
        (number, 2, "packing"),
        (number, 3, "dispatched"),
    ]
    assert [(count.packed, count.shipped, count.short) for count in rows[-1].lines] == [(2, 2, 0)]
    assert rows[-1].at == NOW
    assert shop.order_changes(after).rows == ()


def test_what_cannot_be_delivered_is_told_with_its_reason(shop, books):
    """W3"""
    number, who = uuid4(), {"actor": "dan@example.org", "now": NOW}
    shop.put_order(number, order_of((books[0], 2), (books[1], 1)))
    order = Order.objects.get(number=number)
    fall_short(order_id=order.id, line=1, number=1, reason="Lost in the warehouse", **who)
    packing.dispatch(order_id=order.id, barcodes=["B1-1", "B2-1"], **who)
    rows, _ = read_all(shop.order_changes)
    assert [(event.status, event.line_reasons) for event in rows] == [
        ("received", {}),
        ("packing", {1: "Lost in the warehouse"}),
        ("dispatched", {1: "Lost in the warehouse"}),
    ]
    assert [(count.shipped, count.short) for count in rows[-1].lines] == [(1, 1), (1, 0)]


def test_copies_are_held_and_taken_over_by_their_order(shop, books):
    number, lines = uuid4(), held(books[0], books[1])
    before = timezone.now()
    first, again = shop.put_hold(number, lines), shop.put_hold(number, lines)
    assert first == again
    assert (first.order, first.state) == (number, "held")
    assert first.held_until - before >= timedelta(minutes=17)
    assert free_numbers(shop) == [2, 0, 0]
    assert refusal(shop.put_order, uuid4(), order_of((books[1], 1))).slug == "out-of-stock"
    assert shop.put_order(number, order_of((books[0], 1), (books[1], 1))).status == "received"


def test_every_no_to_a_hold_has_its_name(shop, books):
    number = uuid4()
    short = refusal(shop.put_hold, number, [HoldLine(1, books[0].id, 4), HoldLine(2, books[1].id, 2)])
    assert (short.status, short.slug) == (409, "out-of-stock")
    assert [(line.line, line.wanted, line.free) for line in short.short] == [(1, 4, 3), (2, 2, 1)]
    shop.put_hold(number, held(books[0]))
    assert refusal(shop.put_hold, number, held(books[1])).slug == "hold-differs"
    assert refusal(shop.put_hold, uuid4(), []).slug == "invalid"
    assert refusal(shop.put_hold, uuid4(), [HoldLine(1, 999_999, 1)]).reason == "There is no book 999999."
    shop.put_order(number, order_of((books[0], 1)))
    assert refusal(shop.put_hold, number, held(books[0])).slug == "hold-used"
    assert refusal(shop.release_hold, number).slug == "hold-used"


def test_a_hold_is_released_or_lapses_and_may_be_taken_again(shop, books):
    """P4.4: nothing but the reading of the feed lets it lapse."""
    number = uuid4()
    assert shop.release_hold(number).state == "none"
    shop.put_hold(number, held(books[1]))
    assert [shop.release_hold(number).state for _ in range(2)] == ["released", "released"]
    shop.put_hold(number, held(books[1]))
    Hold.objects.filter(state="held").update(held_until=timezone.now())
    shop.book_changes()
    assert free_numbers(shop) == [3, 1, 0]
    assert shop.put_hold(number, held(books[0])).state == "held"


def test_a_client_hears_of_its_own_orders_only(shop, line_to_store, books):
    """L27"""
    shop.put_order(uuid4(), order_of((books[0], 1)))
    other = line_to_store("orders:push", "feeds:read", name="another-shop")
    assert other.order_changes().rows == ()


@pytest.mark.parametrize(("scope", "allowed"), [("orders:push", "order"), ("feeds:read", "feed")])
def test_a_scope_opens_its_own_doors_and_no_other(line_to_store, books, scope, allowed):
    """L31"""
    client = line_to_store(scope, name=scope.replace(":", "-"))
    doors = {
        "order": lambda: client.put_order(uuid4(), order_of((books[0], 1))),
        "feed": lambda: (client.book_changes(), client.order_changes()),
    }
    for name, door in doors.items():
        if name == allowed:
            door()
        else:
            with pytest.raises(StoreUnavailable, match="403"):
                door()


def test_a_wrong_credential_is_not_let_in(live_server, tmp_path, books):
    """L27"""
    file = tmp_path / "token"
    file.write_text("made up")
    with StoreClient(live_server.url, TokenFile(file)) as stranger, pytest.raises(StoreUnavailable, match="401"):
        stranger.book_changes()


def test_an_order_that_another_request_writes_for_long_is_to_be_sent_again(shop, books):
    number, order = uuid4(), order_of((books[0], 1))
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("SELECT * FROM stock_stocklevel WHERE book_id = %s FOR UPDATE", [books[0].id])
        with pytest.raises(StoreUnavailable, match="in-progress"):
            shop.put_order(number, order)
    finally:
        slow.rollback()
        slow.close()
    assert shop.put_order(number, order).status == "received"


def test_a_picture_arrives_with_the_bytes_its_checksum_promised(shop, books):
    file = BytesIO()
    Image.new("RGB", (300, 450), "teal").save(file, "PNG")
    file.seek(0)
    books[0].put_picture(remake(file))
    books[0].save()
    told = shop.book_changes().rows
    picture = next(book.picture for book in told if book.id == books[0].id)
    assert sha256(shop.picture(picture.url)).hexdigest() == picture.sha256
    assert refusal(shop.picture, f"/api/books/{books[1].id}/picture/").status == 404


def test_roles_have_the_same_words_on_both_sides():
    assert roles.ROLES == contributors.ROLES
