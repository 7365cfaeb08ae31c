"""Olga and the office keep books, copies and categories in the admin; Dan only looks."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from tests.conftest import NOW, isbn_number

from store.accounts.models import User
from store.catalogue.models import FOR_NOTHING, Book, Category
from store.stock.models import BookItem, LedgerLine, Origin, StockLevel
from store.stock.operations import Delivery, receive_copies

LISTS = ["catalogue_book", "catalogue_category", "stock_bookitem", "orders_order"]


def picture(kind="PNG", size=(300, 450)):
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return SimpleUploadedFile(f"cover.{kind.lower()}", file.getvalue(), content_type="image/whatever")


def change(client, book, **fields):
    form = {
        "isbn13": book.isbn13,
        "title": book.title,
        "authors": "\n".join(book.authors),
        "price": book.price,
        "currency": "EUR",
        "language": "en",
    }
    return client.post(reverse("admin:catalogue_book_change", args=[book.id]), form | fields)


@pytest.fixture
def owner(staff):
    return staff("owner")


def test_an_owner_changes_a_book(owner, books):
    response = change(owner, books[0], title="Emma", authors="Jane Austen\nKing, Jr.", price="3.50")
    assert response.status_code == 302
    book = Book.objects.get(pk=books[0].pk)
    assert (book.title, book.authors, str(book.price)) == ("Emma", ["Jane Austen", "King, Jr."], "3.50")


@pytest.mark.parametrize(
    "wrong",
    [
        {"isbn13": "9780141439519"},
        {"isbn13": "978-0-14-143951-8"},
        {"price": "-1"},
        {"price": "0"},
        {"price": "1e9"},
        {"currency": "eur"},
        {"language": "English"},
        {"title": ""},
        {"first_published": "9999"},
        {"authors": "x" * 201},
    ],
)
def test_a_book_with_a_wrong_fact_is_refused(owner, books, wrong):
    response = change(owner, books[0], **wrong)
    assert response.status_code == 200
    assert response.context["adminform"].errors


def test_a_price_of_nothing_is_refused_with_the_words_of_imports(owner, books):
    response = change(owner, books[0], price="0.00")
    assert response.context["adminform"].errors["price"] == [FOR_NOTHING]


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("cover.png", b"<script>alert(1)</script>"),
        SimpleUploadedFile("cover.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        SimpleUploadedFile("cover.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    ],
)
def test_what_is_no_picture_is_refused(owner, books, upload):
    upload.seek(0)
    response = change(owner, books[0], new_picture=upload)
    assert "is not a picture" in response.content.decode()
    assert Book.objects.get(pk=books[0].pk).picture == ""


def test_a_picture_of_too_many_pixels_or_bytes_is_refused(owner, books, settings):
    assert "25 million pixels" in change(owner, books[0], new_picture=picture(size=(6_000, 5_000))).content.decode()
    settings.LARGEST_UPLOAD_BYTES = 100
    assert "too large" in change(owner, books[0], new_picture=picture()).content.decode()


def test_books_are_retired_and_never_deleted(owner, books):
    """L11"""
    assert owner.get(reverse("admin:catalogue_book_delete", args=[books[0].id])).status_code == 403
    action = {"action": "retire", "_selected_action": [books[0].id, books[1].id]}
    owner.post(reverse("admin:catalogue_book_changelist"), action)
    assert Book.objects.filter(retired=True).count() == 2
    owner.post(reverse("admin:catalogue_book_changelist"), action | {"action": "sell_again"})
    assert not Book.objects.filter(retired=True).exists()


@pytest.mark.parametrize("role", ["owner", "office", "packer"])
@pytest.mark.parametrize("name", LISTS)
def test_everyone_sees_the_lists_and_nobody_may_delete(staff, books, accept, role, name):
    accept((books[0], 1))
    client = staff(role)
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    row = {"catalogue_book": Book, "stock_bookitem": BookItem}.get(name)
    if row:
        answer = client.post(reverse(f"admin:{name}_delete", args=[row.objects.first().pk]), {"post": "yes"})
        assert answer.status_code == 403


def test_dan_reads_books_and_changes_none(staff, books):
    dan = staff("packer")
    assert dan.get(reverse("admin:catalogue_book_change", args=[books[0].id])).status_code == 200
    assert change(dan, books[0], title="Mine").status_code == 403
    assert dan.get(reverse("admin:catalogue_book_add")).status_code == 403
    assert dan.get(reverse("admin:accounts_user_changelist")).status_code == 403
    action = {"action": "retire", "_selected_action": [books[0].id]}
    dan.post(reverse("admin:catalogue_book_changelist"), action)
    assert not Book.objects.filter(retired=True).exists()


def test_books_are_found_and_filtered_by_stock(owner, books, accept, settings):
    accept((books[0], 1))

    def found(**query):
        return [
            book.title
            for book in owner.get(reverse("admin:catalogue_book_changelist"), query).context["cl"].result_list
        ]

    assert found(q="brontë") == ["Jane Eyre"]
    assert found(q="9780141439518") == ["Pride and Prejudice"]
    assert found(stock="none") == ["Crime and Punishment"]
    assert found(stock="critical") == ["Crime and Punishment", "Jane Eyre", "Pride and Prejudice"]
    settings.STOCK_CRITICAL_UP_TO, settings.STOCK_MEDIUM_UP_TO = 0, 1
    assert found(stock="critical") == found(stock="none")
    assert found(stock="medium") == ["Jane Eyre"]
    assert found(stock="good") == ["Pride and Prejudice"]
    assert len(found(stock="nonsense")) == len(found()) == 3


def test_orders_are_found_by_number_isbn_title_and_name(owner, books, accept):
    order = accept((books[0], 1))
    accept((books[1], 5))

    def found(**query):
        return list(owner.get(reverse("admin:orders_order_changelist"), query).context["cl"].result_list)

    assert found(state="open") == found(state="received") == [order]
    for term in (str(order.number), "9780141439518", "pride"):
        assert found(q=term) == [order]
    assert len(found(q="Alice Reader")) == 2
    assert found(q="Bob") == []


def test_the_front_page_tells_how_many_orders_wait(staff, books, accept):
    accept((books[0], 1))
    accept((books[1], 5))  # rejected
    assert staff("packer").get("/admin/").context["orders_to_pack"] == 1


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_for_any_number_of_rows(owner, books, accept, name):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            owner.get(reverse(f"admin:{name}_changelist"))
        return len(queries)

    accept((books[0], 1))
    Category.objects.create(name="Fiction")
    before = statements()
    made = Book.objects.bulk_create(Book(isbn13=isbn_number(n), title=f"Book {n}", price=1) for n in range(20))
    with transaction.atomic():
        receive_copies([Delivery(book.id, 2) for book in made], origin=Origin.HAND, actor="x", now=NOW)
    for n in range(5):
        accept((made[n], 1), (made[n + 1], 1))
        Category.objects.create(name=f"Category {n}", parent=Category.objects.first())
    assert statements() == before


def test_copies_are_added_with_their_ledger(owner, books):
    url = reverse("admin:stock_bookitem_add")
    form = {"book": books[2].id, "number": 3, "barcode": "", "shelf": "C-1", "condition": "new"}
    assert owner.post(url, form).status_code == 302
    assert owner.post(url, form | {"number": 1, "barcode": "OWN-1"}).status_code == 302
    assert StockLevel.objects.get(book=books[2]).on_shelf == 4
    assert LedgerLine.objects.filter(copy__book=books[2], actor="olga@example.org").count() == 4
    used = {"condition": "used", "condition_note": "Creased", "own_price": "3.00", "number": 2}
    assert owner.post(url, form | used).status_code == 302
    assert BookItem.objects.filter(condition="used", condition_note="Creased", own_price=3).count() == 2
    refused = owner.post(url, form | {"number": 2, "barcode": "OWN-2"})
    assert "for a single copy" in refused.content.decode()
    assert "has this barcode" in owner.post(url, form | {"number": 1, "barcode": "OWN-1"}).content.decode()


def test_the_shelf_of_a_copy_is_written_as_the_warehouse_writes_it_and_said_to_be_new(owner, books):
    add, copy = reverse("admin:stock_bookitem_add"), BookItem.objects.get(barcode="B1-1")
    form = {"book": books[2].id, "number": 1, "barcode": "", "condition": "new"}
    assert "is new" not in owner.post(add, form | {"shelf": "a-1"}, follow=True).content.decode()
    assert "Shelf P-99 is new" in owner.post(add, form | {"shelf": "SHELF P-99"}, follow=True).content.decode()
    assert list(BookItem.objects.filter(book=books[2]).order_by("id").values_list("shelf", flat=True)) == [
        "A-1",
        "P-99",
    ]
    assert "cannot be the name of a shelf" in owner.post(add, form | {"shelf": "ä 7"}).content.decode()
    change = reverse("admin:stock_bookitem_change", args=[copy.id])
    told = {
        "condition": "new",
        "condition_note": "",
        "own_price": "",
        "ledger-TOTAL_FORMS": 0,
        "ledger-INITIAL_FORMS": 0,
    }
    assert owner.post(change, told | {"shelf": "p-99"}).status_code == 302
    copy.refresh_from_db()
    assert copy.shelf == "P-99"
    BookItem.objects.filter(pk=copy.pk).update(shelf="ä 7")
    used = told | {"condition": "used", "condition_note": "Wet", "own_price": "1.00"}
    assert owner.post(change, used | {"shelf": "ä 7"}).status_code == 302, "what it is called already may stay"


@pytest.mark.parametrize(
    ("barcode", "said"),
    [
        ("ÄÖ <b>", "A barcode has the letters A to Z"),
        ("x\ty", "A barcode has the letters A to Z"),
        ("CMDDONE", "a command of the packing bench: CMDDONE"),
        ("missing", "a command of the desk for returns: CMDMISSING"),
        ("can't find", "a command of the packing bench: CMDCANTFIND"),
        ("Shelf A", "take this for a shelf"),
        ("9780141439518", "the number of a book"),
        ("0-14-143951-3", "the number of a book"),
        ("R1A2B3C4D5E6F", "the number of a return or an order"),
        ("1a2b-3c4d", "the number of a return or an order"),
        ("b000000001", "are given by the warehouse"),
        ("B000000001", "are given by the warehouse"),
        ("]C1OWN-1", "would read this as “OWN-1”"),
        ("]C1", "take this for nothing"),
        ("b1-1", "Another copy has this barcode."),
    ],
)
def test_a_barcode_that_would_be_read_as_something_else_is_refused(owner, books, barcode, said):
    form = {"book": books[2].id, "number": 1, "barcode": barcode, "shelf": "C-1", "condition": "new"}
    answer = owner.post(reverse("admin:stock_bookitem_add"), form)
    assert answer.status_code == 200 and said in " ".join(answer.context["adminform"].form.errors["barcode"])
    assert not BookItem.objects.filter(book=books[2]).exists()


def test_a_copys_page_shows_its_ledger_and_notes_shelf_condition_and_price_in_it(staff, books, accept):
    dan, copy = staff("packer"), BookItem.objects.get(barcode="B1-1")
    url = reverse("admin:stock_bookitem_change", args=[copy.id])
    page = dan.get(url)
    assert page.status_code == 200
    assert "came in" in page.content.decode()
    form = {"shelf": "Z-9", "condition": "used", "condition_note": "A name inside", "own_price": "4.50"}
    form |= {"state": "shipped", "ledger-TOTAL_FORMS": 0, "ledger-INITIAL_FORMS": 0}
    for wrong, said in (
        ({"own_price": ""}, "what this used copy costs"),
        ({"own_price": "-1"}, "greater than or equal to 0"),
        ({"condition_note": ""}, "what a buyer should know"),
        ({"condition": "new"}, "leave this empty"),
    ):
        assert said in dan.post(url, form | wrong).content.decode()
    for _ in range(2):  # the second time nothing is new
        assert dan.post(url, form).status_code == 302
    copy.refresh_from_db()
    assert (copy.shelf, copy.condition, str(copy.own_price), copy.state) == ("Z-9", "used", "4.50", "available")
    lines = LedgerLine.objects.filter(copy=copy).order_by("id")[1:]
    assert [(line.reason, line.from_shelf, line.to_shelf) for line in lines] == [
        ("described", "A-0", "A-0"),
        ("shelved", "A-0", "Z-9"),
    ]
    assert (lines[0].note, lines[1].actor) == ("used, A name inside, 4.50", "dan@example.org")
    BookItem.objects.filter(pk=copy.pk).update(state="packed")
    assert "it is on no shelf" in dan.post(url, form | {"shelf": "A-1"}).content.decode()


def test_the_list_of_copies_is_narrowed_down_by_shelf_day_and_origin(owner, books):
    copies = reverse("admin:stock_bookitem_changelist")
    BookItem.objects.filter(barcode="B2-1").update(shelf="", received_at=NOW - timedelta(days=1), origin="import")

    def listed(**asked):
        answer = owner.get(copies, asked)
        return sorted(copy.barcode for copy in answer.context["cl"].result_list)

    assert listed(shelf__exact="a-1") == ["B1-2"]
    assert listed(shelf__exact="—") == listed(day="2026-11-20") == listed(origin__exact="import") == ["B2-1"]
    assert listed(day="2026-11-21", shelf__exact="A-0") == ["B1-1"]
    assert listed(shelf__exact="", day="", q="B1") == ["B1-1", "B1-2", "B1-3"]
    page = owner.get(copies, {"shelf__exact": "A-0", "origin__exact": "hand", "q": "<", "p": 1}).content.decode()
    assert '<input type="date" name="day" value=""' in page and 'name="shelf__exact" value="A-0"' in page
    assert '<input type="hidden" name="q" value="&lt;">' in page and '<input type="hidden" name="p"' not in page
    for wrong in ({"day": "yesterday"}, {"day": "9999-12-31"}, {"import": "x"}, {"import": "7"}):
        assert owner.get(copies, wrong)["Location"].endswith("?e=1"), "refused and not ignored"


def test_a_copy_is_written_off_for_a_reason_only(staff, books):
    dan, copies = staff("packer"), reverse("admin:stock_bookitem_changelist")
    action = {"action": "note_written_off", "_selected_action": [BookItem.objects.get(barcode="B1-1").id]}
    assert "why they are written off" in dan.post(copies, action, follow=True).content.decode()
    assert "1 noted as" in dan.post(copies, action | {"reason": "Wet"}, follow=True).content.decode()
    assert LedgerLine.objects.get(copy__barcode="B1-1", to_state="written_off").note == "Wet"


def test_a_count_is_noted_by_an_action_or_refused_with_a_sentence(staff, books, accept):
    dan, copies = staff("packer"), reverse("admin:stock_bookitem_changelist")
    accept((books[0], 2))
    action = {"action": "note_missing", "_selected_action": [BookItem.objects.get(barcode="B1-1").id]}
    assert "1 noted as: missing." in dan.post(copies, action, follow=True).content.decode()
    action["_selected_action"] = [BookItem.objects.get(barcode="B1-2").id]
    assert "open orders and checkouts wait for 2" in dan.post(copies, action, follow=True).content.decode()


def test_a_category_does_not_stand_in_itself(owner, db):
    fiction = Category.objects.create(name="Fiction")
    classics = Category.objects.create(name="Classics", parent=fiction)
    url = reverse("admin:catalogue_category_change", args=[fiction.id])
    assert "cannot stand in itself" in owner.post(url, {"name": "Fiction", "parent": classics.id}).content.decode()
    assert owner.post(url, {"name": "Novels", "parent": ""}).status_code == 302


def test_an_owner_makes_accounts_but_no_superusers(owner):
    """L29"""
    boss = User.objects.create_superuser("boss@example.org", "x")
    form = {"email": "New@Example.org", "name": "New", "usable_password": "true"}
    secret = {"password1": "correct horse battery", "password2": "correct horse battery"}
    assert owner.post(reverse("admin:accounts_user_add"), form | secret).status_code == 302
    new = User.objects.get(email__iexact="new@example.org")
    fields = {"email": new.email, "name": "New", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    owner.post(reverse("admin:accounts_user_change", args=[new.id]), fields)
    new.refresh_from_db()
    assert (new.is_staff, new.is_superuser) == (True, False)
    assert owner.get(reverse("admin:accounts_user_change", args=[boss.id])).status_code == 302
    assert owner.get(f"/admin/accounts/user/{boss.id}/password/").status_code == 404
