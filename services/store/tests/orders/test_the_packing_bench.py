"""Dan packs by scanner: three books are three scans and one command, and a wrong scan is refused with its reason."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.conftest import NOW

from store.catalogue.models import Book
from store.orders import at_bench
from store.orders.models import Allocation, Order
from store.orders.operations import cancel_order
from store.orders.packing import choose_copies, dispatch
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, CopyState, LedgerLine, Origin
from store.stock.operations import Delivery, note_count, receive_copies
from store.stock.queries import copies_that_differ_from_ledger

PRIDE, EYRE, CRIME = "9780141439518", "9780141441146", "9780140449136"
WHO = {"actor": "olga@example.org", "now": NOW}
MOST_STATEMENTS = 12
TONE = re.compile(r'data-tone="(\w+)"')  # two threads' answers share what Django's test client notes of their contexts


@pytest.fixture
def dan(staff):
    return staff("packer")


def url(order):
    return reverse("packing:bench", args=[order.pk])


def scan(client, order, code="", *, revision=None, **fields):
    """Send the form of a page that is the newest, unless a revision says otherwise."""
    revision = Order.objects.get(pk=order.pk).revision if revision is None else revision
    return client.post(url(order), {"code": code, "revision": revision, **fields})


def said(response):
    return response.context["told"].tone, response.context["told"].words


def in_box(order):
    live = Allocation.objects.filter(line__order=order, released_at=None).order_by("id")
    return list(live.values_list("copy__barcode", flat=True))


def all_adds_up():
    return books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_three_books_are_three_scans_and_one_command(dan, books, accept):
    """W12, L22"""
    order = accept((books[0], 2), (books[1], 1))
    assert "0 of 3 in the box, 3 more to scan." in dan.get(url(order)).content.decode()
    assert said(scan(dan, order, "B1-2")) == ("good", "“Pride and Prejudice”: 1 of 2 in the box. Copy B1-2.")
    # The book's own code takes the copy that has waited longest.
    assert said(scan(dan, order, "978-0-14-143951-8"))[1] == "“Pride and Prejudice”: 2 of 2 in the box. Copy B1-1."
    last = scan(dan, order, "b2-1")
    assert "Everything is in the box" in last.context["progress"]
    order.refresh_from_db()
    assert (order.state, order.packer, order.is_claimed(now=timezone.now())) == ("packing", "dan@example.org", True)
    done = scan(dan, order, "done")
    assert done["Location"] == reverse("packing:queue")
    assert "is sent off with 3 copies" in dan.get(done["Location"]).content.decode()
    order.refresh_from_db()
    assert (order.state, order.packer, order.claimed_until) == ("dispatched", "", None)
    events = list(order.events.order_by("version"))
    assert [event.status for event in events] == ["received", "packing", "dispatched"]
    assert [line["packed"] for line in events[1].lines] == [1, 0]
    assert LedgerLine.objects.filter(order_number=order.number, actor="dan@example.org").count() == 9
    assert all_adds_up()


def test_a_wrong_scan_is_refused_with_its_reason_and_changes_nothing(dan, books, accept):
    """L19: rubbish, a wrong book, a surplus copy, one that went elsewhere, and one that is gone."""
    sent, other, order = accept((books[0], 1)), accept((books[0], 1)), accept((books[0], 1))
    dispatch(order_id=sent.id, barcodes=["B1-1"], **WHO)
    choose_copies(order_id=other.id, barcodes=["B1-2"], **WHO)
    with transaction.atomic():
        receive_copies([Delivery(books[0].id, barcode=b) for b in ("B1-4", "B1-5")], origin=Origin.HAND, **WHO)
    note_count([BookItem.objects.get(barcode="B1-4").id], CopyState.MISSING, note="fell behind", **WHO)
    when = "since 21 November 2026, 10:00 UTC, olga@example.org"
    told = {
        "nowhere": "“nowhere” is not a code we know.",
        "9780199536566": "“9780199536566” is not a code we know.",
        "\x00": "Nothing was scanned.",
        "B2-1": "“Jane Eyre” is not in this order: put B2-1 back on shelf A-3.",
        CRIME: "“Crime and Punishment” is not in this order: put the copy back.",
        "B1-1": f"Copy B1-1 of “Pride and Prejudice” was shipped for order {sent.reference} {when}.",
        "B1-2": f"Copy B1-2 of “Pride and Prejudice” is in the box for order {other.reference} {when}.",
        "B1-4": f"Copy B1-4 of “Pride and Prejudice” was noted as missing {when}: fell behind.",
        "done": "“Pride and Prejudice”: 0 of 1 ordered copies chosen.",
        "undo": "The box is empty: there is nothing to undo.",
    }
    assert {code: said(scan(dan, order, code)) for code in told} == {c: ("refused", words) for c, words in told.items()}
    assert (Order.objects.get(pk=order.pk).state, in_box(order)) == ("received", [])
    scan(dan, order, "B1-3")
    surplus = "All copies of “Pride and Prejudice” are in the box already: put B1-5 back."
    assert said(scan(dan, order, "B1-5")) == ("refused", surplus)
    assert said(scan(dan, order, "B1-3")) == ("note", "Copy B1-3 of “Pride and Prejudice” is in this box already.")
    assert in_box(order) == ["B1-3"]
    assert all_adds_up()


def test_undo_takes_out_what_went_in_last_and_a_form_sent_twice_does_nothing_twice(dan, books, accept):
    order = accept((books[0], 2))
    page = scan(dan, order, PRIDE)
    shown = page.context["order"].revision
    again = scan(dan, order, PRIDE, revision=shown - 1)
    assert said(again) == ("refused", at_bench.CHANGED)
    scan(dan, order, "B1-3")
    undone = scan(dan, order, command="CMDUNDO")
    assert said(undone)[1] == "Copy B1-3 of “Pride and Prejudice” is out of the box: put B1-3 back on shelf A-2."
    assert said(scan(dan, order, "undo", revision=shown + 1)) == ("refused", at_bench.CHANGED)
    assert said(scan(dan, order, "done", revision=shown)) == ("refused", at_bench.CHANGED)
    assert in_box(order) == ["B1-1"]
    assert all_adds_up()


def test_a_cancelled_order_is_a_full_stop_that_says_what_to_put_back(dan, books, accept):
    order = accept((books[0], 2))
    scan(dan, order, "B1-2")
    cancel_order(number=order.number, client="shop", reason="Changed my mind", actor="shop", now=NOW)
    stopped = scan(dan, order, "B1-3")
    page = stopped.content.decode()
    assert said(stopped)[0] == "stop"
    assert "Stop: this order was cancelled" in page and "Changed my mind" in page and "shelf A-1" in page
    assert 'name="code"' not in page
    assert BookItem.objects.get(barcode="B1-3").state == CopyState.AVAILABLE


def test_what_cannot_be_found_is_missing_and_another_copy_is_named(dan, books, accept):
    order = accept((books[0], 2))
    answer = scan(dan, order, "can't find", offered="B1-1")
    words = "Copy B1-1 of “Pride and Prejudice” is noted as missing. Take B1-2 from shelf A-1 instead."
    assert said(answer) == ("good", words)
    line = LedgerLine.objects.get(copy__barcode="B1-1", to_state="missing")
    assert (line.actor, line.order_number) == ("dan@example.org", order.number)
    for offered in ("B1-1", "B2-1", "nowhere", "\x00", ""):
        assert "no longer on the shelf" in said(scan(dan, order, "can't find", offered=offered))[1]
    assert all_adds_up()


def test_a_claimed_order_is_its_packers_until_taken_over_or_left_for_long(dan, staff, books, accept):
    order, other = accept((books[0], 2)), accept((books[1], 1))
    eve = staff("packer", "eve@example.org")
    scan(dan, order, "B1-1")
    refused = scan(eve, order, "B1-2")
    assert said(refused)[0] == "refused" and "dan@example.org is packing this order" in said(refused)[1]
    assert "Take it over from dan@example.org" in refused.content.decode()
    assert said(scan(eve, order, take_over="1"))[0] == "good"
    assert said(scan(dan, order, "B1-2"))[0] == "refused"
    Order.objects.filter(pk=order.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert said(scan(dan, order, "B1-2"))[0] == "good"
    # The next one leaves this one to others, with what is in its box.
    assert scan(dan, order, "next")["Location"] == url(other)
    assert scan(eve, other, "next")["Location"] == url(order)
    assert in_box(order) == ["B1-1", "B1-2"]


def test_the_old_way_and_the_scanner_see_the_same_box(dan, books, accept):
    """W1"""
    order = accept((books[0], 3))
    choose_copies(order_id=order.id, barcodes=["B1-2"], **WHO)
    scan(dan, order, "B1-3")
    assert scan(dan, order, "B1-1").context["packed"] == 3
    dispatch(order_id=order.id, barcodes=["B1-1", "B1-2", "B1-3"], **WHO)
    assert said(scan(dan, order, "B1-1"))[1].startswith("This order is dispatched already")
    assert "This order is dispatched." in dan.get(url(order)).content.decode()


def test_only_packers_pack_and_they_see_only_what_is_paid(client, staff, django_user_model, books, accept):
    """W5, L27, L29"""
    order = accept((books[0], 1))
    unpaid = accept((books[0], 1), payment="prepaid", paid="1.00")
    pages = [reverse("packing:queue"), reverse("packing:commands"), url(order)]
    assert [client.get(page)["Location"].split("?")[0] for page in pages] == [reverse("admin:login")] * 3
    assert client.post(url(order), {"code": "B1-1"}).status_code == 302
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x", is_staff=True))
    assert [client.get(page).status_code for page in pages] == [403] * 3
    assert client.post(url(order), {"code": "B1-1"}).status_code == 403
    assert client.post(reverse("packing:next")).status_code == 403
    assert in_box(order) == []
    for role, status in (("packer", 200), ("office", 200), ("owner", 200)):
        session = staff(role)
        assert [session.get(page).status_code for page in pages] == [status] * 3
        assert said(scan(session, order, "B1-1", take_over="1"))[0] == "good"
    dan, office = staff("packer"), staff("office")
    assert [dan.get(url(unpaid)).status_code, scan(dan, unpaid, "B1-1").status_code] == [404, 404]
    assert "Only 1.00 of" in said(scan(office, unpaid, "B1-1"))[1]
    assert "12.50" not in dan.get(url(order)).content.decode()  # nor what it costs
    assert dan.get(reverse("packing:bench", args=[10**9])).status_code == 404


def test_who_may_only_look_packs_nothing(client, django_user_model, books, accept):
    order, looker = accept((books[0], 1)), django_user_model.objects.create_user("lou@example.org", "x", is_staff=True)
    lookers = Group.objects.create(name="Lookers")
    lookers.permissions.add(Permission.objects.get(codename="view_order"))
    looker.groups.add(lookers)
    client.force_login(looker)
    assert 'name="code"' not in client.get(url(order)).content.decode()
    assert "Take the next" not in client.get(reverse("packing:queue")).content.decode()
    assert [scan(client, order, "B1-1").status_code, client.post(reverse("packing:next")).status_code] == [403, 403]
    assert in_box(order) == []


def statements_of(ask):
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    assert answer.status_code == 200
    return len(queries), [query["sql"] for query in queries]


def test_a_scan_costs_a_dozen_statements_however_much_there_is(dan, books, accept):
    """BEGIN and COMMIT included; the first scan of an order also tells the shop that it is being packed."""
    with transaction.atomic():
        receive_copies([Delivery(book.id, 400) for book in books], origin=Origin.HAND, **WHO)
    more = [Book.objects.create(isbn13=f"97912{n:08d}", title=f"Book {n}", price=books[0].price) for n in range(20)]
    with transaction.atomic():
        receive_copies([Delivery(book.id, 9) for book in more], origin=Origin.HAND, **WHO)
    small, large = accept((books[0], 2)), accept((books[0], 99), *((book, 2) for book in more))
    for _ in range(20):
        accept((books[1], 3))
    free = list(
        BookItem.objects.filter(book=books[0], state="available").order_by("-id").values_list("barcode", flat=True)
    )
    choose_copies(order_id=large.id, barcodes=free[:90], **WHO)
    Order.objects.filter(pk=large.pk).update(state="received")
    counts = []
    for order in (small, large):
        first, second = (statements_of(lambda o=order: scan(dan, o, free.pop(), revision=0)) for _ in range(2))
        counts.append((first[0], second[0]))
        assert first[0] <= MOST_STATEMENTS, "\n".join(first[1])
        wrong = [statements_of(lambda o=order, c=code: scan(dan, o, c, revision=0))[0] for code in ("B2-1", "nonsense")]
        assert max(wrong) <= MOST_STATEMENTS
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_two_packers_on_one_order_one_wins(staff, books, accept, together):
    for _ in range(3):
        order = accept((books[0], 1))
        dan, eve = staff("packer"), staff("packer", "eve@example.org")
        barcode = BookItem.objects.filter(book=books[0], state="available").earliest("id").barcode
        answers = together(*(lambda c=c: scan(c, order, barcode) for c in (dan, eve)))
        assert sorted(TONE.search(answer.content.decode())[1] for answer in answers) == ["good", "refused"]
        assert in_box(order) == [barcode]
    assert all_adds_up()


@pytest.mark.django_db(transaction=True)
def test_packers_who_take_the_next_at_once_get_one_each(staff, books, accept, together):
    orders = {url(accept((books[0], 1))) for _ in range(3)}
    packers = [staff("packer", f"{name}@example.org") for name in ("dan", "eve", "fay", "gil")]
    answers = together(*(lambda p=p: p.post(reverse("packing:next"))["Location"] for p in packers))
    assert sorted(answers) == sorted(orders | {reverse("packing:queue")})
