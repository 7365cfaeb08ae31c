"""W11, U11: the invoice as page and PDF, for the buyer, the guest with the signed link, and who may look at orders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from shopping import text

from shop.invoices.billing import bill_of
from shop.invoices.letters import MISSING, lines_of, set_in
from shop.invoices.models import Invoice
from shop.orders.models import Order
from shop.outbox.models import Deliverable
from shop.payments.models import Payment, Refund
from shop.payments.states import State as Paid

pytestmark = pytest.mark.django_db

ADMIN = "/admin/invoices/invoice/"


@pytest.fixture
def hers(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


def pages_of(answer) -> list[str]:
    """The text of each page of a PDF, in one line."""
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages]


def pdf_of(browser, invoice) -> str:
    return " ".join(pages_of(browser.get(invoice.pdf_url)))


def pay(order, amount, now):
    return Payment.objects.create(
        order=order, gateway="test", state=Paid.CAPTURED, amount=amount, currency="EUR", captured=amount, charge="c",
        captured_currency="EUR", created_at=now, captured_at=now, settled_at=now,
    )  # fmt: skip


def give_back(payment, amount, at, cause="x", reason="One fell short.", state=Deliverable.State.SENT):
    return Refund.objects.create(
        key=f"refund:{payment.key}:{cause}", payment=payment, amount=amount, reason=reason, next_at=at, created_at=at,
        done_at=at, state=state,
    )  # fmt: skip


def test_page_and_pdf_say_the_same(hers, sent):
    invoice = sent(("Emma", 2, "12.50"), ("Persuasion", 1, "6.25"))
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        for words in (
            "Invoice 000001", invoice.order.reference, "21 November 2026", "Alice Example", "1 High Street",
            "10115 Berlin", "Germany", "Emma", "Jane Austen", "ISBN 978", "€12.50", "€25.00", "Persuasion", "€31.25",
            "Delivery", "free", "Paid on delivery", "Bookshop",
        ):  # fmt: skip
            assert words in told, words
        assert "tax" not in told and "Coupon" not in told


def test_it_is_dated_by_the_day_of_the_shops_zone(hers, sent, settings):
    settings.TIME_ZONE = "Pacific/Auckland"  # 13 hours before UTC, and the next day by then
    invoice = sent(("Emma", 1, "12.50"), placed_at=datetime(2026, 11, 21, 11, 30, tzinfo=UTC))
    Invoice.objects.update(issued_at=datetime(2026, 11, 23, 11, 30, tzinfo=UTC))
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        assert "22 November 2026" in told and "24 November 2026" in told


def test_discount_coupon_delivery_tax_and_another_address_on_the_bill(hers, sent):
    invoice = sent(
        ("Emma", 3, "9.00"),
        line_fields={"list_price": "12.00", "price_reason": "Autumn sale", "discount": "5.00"},
        total="25.90", discount="5.00", coupon_code="AUTUMN5", delivery="3.90", tax_percent="7.00",
        bill_name="Readers Ltd", bill_line1="2 Ledger Road", bill_postcode="20095", bill_city="Hamburg", bill_country="DE",
    )  # fmt: skip
    assert invoice.total == Decimal("25.90")
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        for words in (
            "Readers Ltd", "20095 Hamburg", "Sent to Alice Example", "Autumn sale: €12.00 before", "Books €27.00",
            "Coupon AUTUMN5 −€5.00", "Delivery €3.90", "Total €25.90", "Includes 7 % tax: €1.69",
        ):  # fmt: skip
            assert words in told, words


def test_what_fell_short_is_not_billed_and_a_part_keeps_its_part_of_the_coupon(hers, sent, now):
    invoice = sent(
        ("Emma", 3, "9.00"), shipped=2, line_fields={"discount": "5.00"}, total="22.00", discount="5.00",
        payment=Order.Payment.PREPAID,
    )  # fmt: skip
    payment = pay(invoice.order, "22.00", now - timedelta(days=1))
    give_back(payment, "7.34", now - timedelta(hours=1))
    bill = bill_of(invoice)
    assert (invoice.total, bill.goods - bill.coupon, bill.kept) == (Decimal("14.66"),) * 3
    assert bill.corrected is None, "what went back before the invoice is not on it in the first place"
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        for words in (
            "1 copy could not be sent and are not billed", "Total €14.66", "Paid: €22.00.",
            "€7.34 given back, 21 November 2026. One fell short.",
        ):  # fmt: skip
            assert words in told.replace("is not billed", "are not billed"), words
        assert "Corrected" not in told


def test_what_goes_back_later_corrects_the_invoice_and_double_money_does_not(hers, sent, now):
    invoice = sent(("Emma", 2, "10.70"), payment=Order.Payment.PREPAID, tax_percent="7.00")
    first = pay(invoice.order, "21.40", now)
    second = Payment.objects.create(
        order=invoice.order, gateway="test", state=Paid.CAPTURED, amount="21.40", currency="EUR", captured="21.40",
        charge="d", captured_currency="EUR", created_at=now, captured_at=now, settled_at=now,
    )  # fmt: skip
    give_back(second, "21.40", now + timedelta(days=1), "twice", "The order had been paid already.")
    assert bill_of(invoice).corrected is None
    give_back(first, "10.70", now + timedelta(days=3), reason="A copy came back.", state=Deliverable.State.WAITING)
    bill = bill_of(invoice)
    assert (bill.corrected, bill.corrected_tax) == (Decimal("10.70"), Decimal("0.70"))
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        assert "Total €21.40" in told, "the invoice itself stays as it was written"
        assert "€10.70 on its way back, 24 November 2026. A copy came back." in told
        assert "this invoice comes to €10.70, of which tax €0.70" in told


def test_a_long_order_goes_over_pages_with_heads_and_numbers_and_amounts_stand_right(hers, sent):
    lines = [
        (f"Volume {number} of a history whose title goes on and on and on", 1, "10.00") for number in range(1, 101)
    ]
    answer = hers.get(sent(*lines).pdf_url)
    pages = pages_of(answer)
    assert 4 <= len(pages) <= 9
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page and "Invoice 000001, order" in page
    assert all("Book Copies Each Sum" in page for page in pages[:-1])
    whole = " ".join(pages)
    assert all(whole.count(f"Volume {number} of a history") == 1 for number in range(1, 101))
    assert "Total €1,000.00" in pages[-1]
    assert abs(_right_edge(answer, "€10.00") - _right_edge(answer, "€1,000.00")) < 1, "sums end at one edge"


def _right_edge(answer, amount) -> float:
    """Where the column of sums ends, in points: the right edge of the rightmost text that is this amount."""
    edges = []

    def look(said, cm, tm, font, size):
        if said.strip() == amount:
            name = "Literata-SemiBold" if "SemiBold" in font["/BaseFont"] else "Literata"
            edges.append(cm[4] + tm[4] + pdfmetrics.stringWidth(amount, name, size))

    for page in PdfReader(BytesIO(answer.content)).pages:
        page.extract_text(visitor_text=look)
    return max(edges)


@pytest.mark.parametrize(
    "title",
    [
        "Tắt đèn, truyện dài của Ngô Tất Tố ếềễ", "Преступление и наказание", "Οδύσσεια", "Łódź, Škvorecký & Ærø",
        "“Quotes”, <b>brackets</b> – and an ellipsis…", "Թումանյան", "ქართული",
    ],
)  # fmt: skip
def test_all_letters_of_a_title_print_and_the_typefaces_are_in_the_file(hers, sent, title):
    answer = hers.get(sent((title, 1, "10.00")).pdf_url)
    assert title in " ".join(pages_of(answer)) and MISSING not in set_in("Literata", title)
    fonts = PdfReader(BytesIO(answer.content)).pages[0]["/Resources"]["/Font"]
    used = {font.get_object()["/BaseFont"]: font.get_object() for font in fonts.values()}
    for name, font in used.items():  # every new page begins with Helvetica chosen, in which nothing is set
        assert name == "/Helvetica" or "/FontFile2" in font["/FontDescriptor"], f"{name} is not embedded"
    assert any("Literata" in name for name in used)


def test_a_letter_in_no_typeface_is_a_box_and_stops_nothing(hers, sent):
    assert MISSING in pdf_of(hers, sent(("Snow \U0001fae0", 1, "10.00")))


@pytest.mark.parametrize(
    ("title", "typeface"),
    [("雪国のひと", "/HeiseiKakuGo-W5"), ("紅樓夢", "/STSong-Light"), ("채식주의자", "/HYGothic-Medium")],
)
def test_chinese_japanese_and_korean_are_set_in_the_readers_own_typefaces(hers, sent, title, typeface):
    answer = hers.get(sent((f"{title} A & B", 1, "10.00"), (title * 40, 1, "10.00")).pdf_url)
    found = PdfReader(BytesIO(answer.content))
    assert f"{title} A & B" in found.pages[0].extract_text() and MISSING not in set_in("Literata", title)
    assert typeface in {font.get_object()["/BaseFont"] for font in found.pages[0]["/Resources"]["/Font"].values()}
    lines = [line for line in found.pages[0].extract_text().splitlines() if title in line]
    assert len(lines) > 4, "what has no spaces is broken into lines as well"


def test_arabic_and_hebrew_are_joined_and_stand_as_they_are_read(hers, sent):
    assert set_in("Literata", lines_of("ساق البامبو", 10, width=200)[0]).count("ﻮﺒﻣﺎﺒﻟﺍ") == 1, "as seen from the left"
    assert lines_of("חלק 3: (א)", 10, width=200) == ["(א) :3 קלח"]
    text = pdf_of(hers, sent(("ساق البامبو", 1, "10.00"), ("חלק", 1, "10.00")))
    assert "ﺍﻟﺒﺎﻣﺒﻮ" in text and "חלק" in text, "each letter in the form of its place; turned again by who reads it"
    assert MISSING not in text


def test_a_long_title_that_is_read_from_the_right_begins_on_its_first_line():
    lines = lines_of("אבגד " * 10 + "הוזח " * 10, 10, width=200)
    assert len(lines) > 1 and "דגבא" in lines[0] and "חזוה" not in lines[0] and "חזוה" in lines[-1]


def test_only_the_buyer_and_who_has_the_signed_link_see_it(hers, sent, bob):
    """L28"""
    invoice = sent(user=None)
    for browser in (Client(), hers):
        for path in (invoice.get_absolute_url(), invoice.pdf_url):
            assert browser.get(path).status_code == 404
            assert browser.get(path, {"key": "x"}).status_code == 404
    guest = Client()
    assert guest.get(invoice.pdf_url, {"key": invoice.order.link_token}).status_code == 200
    assert guest.get(invoice.get_absolute_url()).status_code == 200, "this browser knows the order now"
    other = Client()
    other.force_login(bob)
    mine = sent(("Persuasion", 1, "5.00"))
    assert hers.get(mine.get_absolute_url()).status_code == 200
    assert other.get(mine.get_absolute_url()).status_code == other.get(mine.pdf_url).status_code == 404
    assert guest.get(mine.pdf_url, {"key": invoice.order.link_token}).status_code == 404


def test_an_order_that_was_not_sent_has_none(hers, sent):
    invoice = sent()
    order = invoice.order
    invoice.delete()
    assert hers.get(f"/orders/{order.number}/invoice/").status_code == 404
    assert "Invoice" not in text(hers.get(order.get_absolute_url())) and "Invoice" not in text(hers.get("/orders/"))


def test_the_order_leads_to_it(hers, sent):
    invoice = sent()
    for path in (invoice.order.get_absolute_url(), "/orders/"):
        page = hers.get(path).content.decode()
        assert "Invoice 000001" in page and invoice.get_absolute_url() in page


def test_who_may_look_at_invoices_finds_it_in_the_admin_and_others_do_not(make_user, sent, alice):
    invoice = sent()
    page, pdf = f"{ADMIN}{invoice.pk}/page/", f"{ADMIN}{invoice.pk}/pdf/"
    office = make_user("Ophelia", is_staff=True)
    office.user_permissions.set(Permission.objects.filter(codename="view_invoice"))
    browser = Client()
    browser.force_login(office)
    for asked in (invoice.order.reference, "1", "alice@example.org"):
        assert "000001" in text(browser.get(ADMIN, {"q": asked})), asked
    assert "Invoice 000001" in text(browser.get(page)) and "Total €25.00" in " ".join(pages_of(browser.get(pdf)))
    assert browser.get(f"{ADMIN}99/pdf/").status_code == 404
    assert browser.get(f"{ADMIN}add/").status_code == browser.get(f"{ADMIN}{invoice.pk}/delete/").status_code == 403
    packer = make_user("Dan", is_staff=True)
    for stranger in (packer, alice):
        other = Client()
        other.force_login(stranger)
        for path in (ADMIN, page, pdf):
            assert other.get(path, follow=True).status_code == 403, path
    assert Client().get(pdf, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


def test_an_invoice_costs_the_same_for_one_line_and_for_forty(hers, sent, now):
    spent = []
    for lines in (1, 40):
        invoice = sent(*[(f"Book {number}", 1, "1.00") for number in range(lines)], payment=Order.Payment.PREPAID)
        Payment.objects.all().update(charge="")
        pay(invoice.order, "1.00", now)
        hers.get(invoice.pdf_url)
        with CaptureQueriesContext(connection) as statements:
            assert hers.get(invoice.pdf_url).status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1] <= 9


def test_who_has_gone_is_not_named_any_more(sent, now):
    invoice = sent()
    Order.objects.update(user=None, ship_name="", ship_line1="", ship_postcode="", ship_city="")
    assert bill_of(Invoice.objects.select_related("order").get(pk=invoice.pk)).bill_to == [
        "(removed at the customer's wish)"
    ]


def test_the_seller_stands_as_the_setting_says(hers, sent, settings):
    settings.INVOICE_SELLER = "Good Books Ltd | 1 Paper Lane | Tax no. 12/345/67890"
    invoice = sent()
    for told in (text(hers.get(invoice.get_absolute_url())), pdf_of(hers, invoice)):
        assert "Good Books Ltd 1 Paper Lane Tax no. 12/345/67890" in told
