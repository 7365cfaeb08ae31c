"""Labels of copies and shelves, on a sheet or a roll: what stands on them is read back as a scanner reads it."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from tests.conftest import NOW, badly_named
from tests.printed import codes_on, words_of

from store.labels import views
from store.labels.forms import MOST_LABELS
from store.paper.letters import MISSING, letters, lines_of
from store.stock.models import BookItem, Origin
from store.stock.operations import Delivery, receive_copies

COPIES, SHELVES = reverse("labels:copies"), reverse("labels:shelves")
EAN_OF_PRIDE, EAN_OF_EYRE = "EAN-13:9780141439518", "EAN-13:9780141441146"


@pytest.fixture
def keeper(staff):
    return staff("keeper")


def printed(client, page, *names, paper="sheet", **fields):
    answer = client.post(page, {"what": "\n".join(names), "paper": paper, "start": 1} | fields)
    assert answer["Content-Type"] == "application/pdf", answer.content.decode()
    return answer.content


def test_a_copys_label_has_its_code_its_books_code_its_title_and_its_shelf(keeper, books, tmp_path):
    """W13"""
    pdf = printed(keeper, COPIES, "B1-1", " B2-1 ", "", "B1-1", paper="roll")
    assert words_of(pdf) == [
        "A-0 Pride and Prejudice B1-1 9 780141 439518", "A-3 Jane Eyre B2-1 9 780141 441146",
    ]  # fmt: skip
    assert codes_on(pdf, tmp_path) == [["CODE-128:B1-1", EAN_OF_PRIDE], ["CODE-128:B2-1", EAN_OF_EYRE]]
    assert 'value="roll" selected' in keeper.get(COPIES).content.decode(), "the paper is that of last time"


def test_a_sheet_that_was_begun_goes_on_at_the_label_that_is_named(keeper, books, tmp_path):
    with transaction.atomic():
        told = {"origin": Origin.HAND, "actor": "x", "now": NOW}
        receive_copies([Delivery(books[2].id, 3, "C-1")], **told)
    barcodes = list(BookItem.objects.filter(book=books[2]).values_list("barcode", flat=True))
    pdf = printed(keeper, COPIES, *barcodes, start=23)
    assert [sorted(barcode for barcode in barcodes if barcode in page) for page in words_of(pdf)] == [
        barcodes[:2], barcodes[2:],
    ]  # fmt: skip
    codes = {code for page in codes_on(pdf, tmp_path) for code in page}
    assert {f"CODE-128:{barcode}" for barcode in barcodes} < codes


def test_a_shelfs_label_is_what_the_pages_read_as_a_shelf(keeper, books, tmp_path):
    pdf = printed(keeper, SHELVES, "A-03-2", "Back room", paper="roll")
    assert codes_on(pdf, tmp_path) == [["CODE-128:SHELF A-03-2"], ["CODE-128:SHELF Back room"]]
    assert "A-0\nA-1\nA-2\nA-3" in keeper.get(SHELVES, {"all": 1}).content.decode()


def test_all_shelves_are_printed_but_those_whose_names_cannot_be_which_are_named(keeper, books):
    BookItem.objects.filter(barcode="B1-2").update(shelf="ä 7")
    page = keeper.get(SHELVES, {"all": 1}).content.decode()
    assert "A-0\nA-2\nA-3" in page and "Left out, since Code 128 cannot say their names: ä 7." in page
    assert words_of(printed(keeper, SHELVES, "a-2", "A-2", "New one", paper="roll")) == ["A-2", "New one"]


def test_letters_that_no_typeface_has_and_titles_that_are_long_break_no_label(keeper, books):
    books[0].title = "\U0001fae0 " + "and so on " * 25
    books[0].save()
    assert "□ and so on" in words_of(printed(keeper, COPIES, "B1-1"))[0]


def test_a_barcode_that_cannot_be_printed_stands_there_in_words_and_keeps_no_other_label_back(keeper, books, tmp_path):
    badly_named(BookItem.objects.get(barcode="B1-2"), "ÄÖ <b>")
    pdf = printed(keeper, COPIES, "B1-1", "ÄÖ <b>", paper="roll")
    assert "no barcode: ÄÖ <b>" in words_of(pdf)[1]
    assert codes_on(pdf, tmp_path) == [["CODE-128:B1-1", EAN_OF_PRIDE], [EAN_OF_PRIDE]]


@pytest.mark.parametrize(
    ("title", "typeface"),
    [("雪国のひと", "/HeiseiKakuGo-W5"), ("紅樓夢", "/STSong-Light"), ("채식주의자", "/HYGothic-Medium")],
)
def test_chinese_japanese_and_korean_are_set_in_the_readers_own_typefaces(keeper, books, title, typeface):
    books[0].title = f"{title} and {title * 20}"
    books[0].save()
    label = printed(keeper, COPIES, "B1-1")
    assert f"{title} and {title}" in words_of(label)[0] and MISSING not in words_of(label)[0]
    fonts = PdfReader(BytesIO(label)).pages[0]["/Resources"]["/Font"]
    assert typeface in {font.get_object()["/BaseFont"] for font in fonts.values()}


def test_lines_are_broken_where_their_script_breaks_them_and_stand_as_they_are_read():
    letters()
    assert lines_of("紅樓夢" * 4, size=10, width=60.5) == ["紅樓夢紅樓夢"] * 2, "between any two letters"
    assert lines_of("紅樓夢" * 4, size=10, width=60.5, most=1) == ["紅樓夢紅樓…"]
    assert lines_of("one two", size=10, width=25) == ["one", "two"], "between words"
    assert lines_of("חלק 3: (א)", size=10, width=200) == ["(א) :3 קלח"]
    assert lines_of("אבגד " * 2 + "הוזח", size=10, width=60) == ["דגבא דגבא", "חזוה"], "the first line is read first"
    assert lines_of("אבגד " * 2 + "הוזח", size=10, width=60, most=1) == ["…דגבא דגבא"]
    assert lines_of("ساق", size=10, width=60) == ["ﻕﺎﺳ"], "each letter in the form of its place"


def test_mistakes_say_what_to_do_and_keep_what_was_typed(keeper, books):
    for page, typed, said in (
        (COPIES, "B1-1\nnowhere", "No copy has the barcode nowhere. Nothing was printed."),
        (COPIES, " \n", "Write one a line."),
        (COPIES, "\n".join(f"X{n}" for n in range(MOST_LABELS + 1)), f"{MOST_LABELS:,} at most are printed at once"),
        (SHELVES, "A-1\n" + "x" * 31, "digits and dashes, 30 at most"),
        (SHELVES, "Größe", "cannot be the name of a shelf"),
        (COPIES, "\x00", "Null characters are not allowed"),
    ):
        answer = keeper.post(page, {"what": typed, "paper": "sheet", "start": 1})
        assert answer.status_code == 200 and said in answer.content.decode()
        assert typed.strip("\x00 \n")[:40] in answer.content.decode()
    answer = keeper.post(COPIES, {"what": "B1-1", "paper": "tape", "start": 25})
    assert "Paper: " in answer.content.decode() and "Start at label: " in answer.content.decode()


def test_the_list_of_copies_prints_the_chosen_ones(keeper, staff, client, django_user_model, books, monkeypatch):
    action = {"action": "print_labels", "_selected_action": [c.pk for c in BookItem.objects.filter(book=books[0])]}
    page = keeper.post(reverse("admin:stock_bookitem_changelist"), action)
    assert "B1-1\nB1-2\nB1-3" in page.content.decode() and f'action="{COPIES}"' in page.content.decode()
    monkeypatch.setattr(views, "MOST_LABELS", 2)
    many = keeper.post(reverse("admin:stock_bookitem_changelist"), action, follow=True)
    assert "3 copies are chosen; 2 labels at most are printed at once." in many.content.decode()
    assert [staff(role).get(COPIES).status_code for role in ("owner", "office", "packer")] == [200] * 3
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x", is_staff=True))
    assert [client.get(COPIES).status_code, client.post(SHELVES, {"what": "A"}).status_code] == [403, 403]


def test_labels_cost_the_same_statements_for_many(keeper, books):
    def statements(*names):
        with CaptureQueriesContext(connection) as queries:
            printed(keeper, COPIES, *names)
        return len(queries)

    printed(keeper, COPIES, "B2-1")
    assert statements("B1-1") == statements("B1-1", "B1-2", "B1-3", "B2-1") <= 8


def test_the_label_of_a_used_copy_says_so_and_what_it_costs(keeper, books):
    with transaction.atomic():
        used = Delivery(books[2].id, 1, "C-1", "used", "U1", "A name inside", Decimal("4.50"))
        receive_copies([used], origin=Origin.HAND, actor="x", now=NOW)
    assert "used, 4.50 EUR" in words_of(printed(keeper, COPIES, "U1"))[0]
