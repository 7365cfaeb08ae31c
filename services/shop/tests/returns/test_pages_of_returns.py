"""The form, the page of the order and the label: for the buyer and the guest with the signed link, and nobody else."""

import shutil
import subprocess
import uuid
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader
from shopping import hidden, text

from shop.orders.models import Order
from shop.returns.models import Return

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hers(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


def form_of(browser, order, **changes):
    url = f"/orders/{order.number}/return/"
    return url, {"line_1": "1", "why": "not_wanted", "words": "", "key": hidden(browser.get(url), "key"), **changes}


def label_url(found):
    return f"/orders/{found.order_id}/returns/{found.number}/label.pdf"


def bars_on(pdf: bytes, folder) -> str:
    if not (shutil.which("pdftoppm") and shutil.which("zbarimg")):
        pytest.skip("no pdftoppm or zbarimg (Debian, Ubuntu: apt-get install poppler-utils zbar-tools)")
    (folder / "label.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", "label.pdf", "label"], cwd=folder, check=True
    )
    read = ["zbarimg", "--quiet", "--nodbus", "label.png"]
    return subprocess.run(read, cwd=folder, capture_output=True, text=True, check=False).stdout.strip()


def test_asked_on_the_page_and_seen_there(hers, shipped, road, store, clock, at_its_time):
    order = shipped(2)
    with at_its_time():
        assert "Send books back" in text(hers.get(order.get_absolute_url()))
        url, form = form_of(hers, order, line_1="2", words="<b>Torn</b>")
        assert hers.post(url, form)["Location"] == order.get_absolute_url()
        assert hers.post(url, form).status_code == 302, "the form sent twice"
        found = Return.objects.get()
        told = text(hers.get(order.get_absolute_url()))
    assert f"We have your request {found.reference}." in told
    assert f"You asked to send 2 copies back: {found.reference}." in told and "2 copies of “Emma 1”" in told
    assert "Send books back" not in told, "all of it is in a return"
    assert "Label for the parcel" not in told
    road()
    store.move_return(found.number, "approved")
    road()
    assert "Label for the parcel" in text(hers.get(order.get_absolute_url()))
    store.move_return(found.number, "closed", received=2, restocked=2, refund=2)
    clock.goes_on(days=1)  # the invoice is older than what corrects it
    road()
    told = text(hers.get(order.get_absolute_url()))
    assert "2 came back" in told and "€25.00 goes back to you" in told
    invoice = text(hers.get(f"/orders/{order.number}/invoice/"))
    assert f"€25.00 on its way back, 22 November 2026. Your return {found.reference}." in invoice
    assert "this invoice comes to €0.00" in invoice


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"why": ""}, "Please choose a reason."),
        ({"line_1": "0"}, "Choose at least one book to send back."),
        ({"line_1": "3"}, "Select a valid choice"),
        ({"words": "w" * 1_001}, "at most 1000 characters"),
        ({"key": "x"}, "This form was out of date."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(hers, shipped, at_its_time, changes, said):
    order = shipped(2)
    with at_its_time():
        url, form = form_of(hers, order, **changes)
        answer = hers.post(url, form)
    assert answer.status_code == 400 and said in text(answer) and not Return.objects.exists()


def test_nobody_else_asks_or_prints(shipped, ask, road, store, bob, at_its_time):
    """L28"""
    order = shipped(1)
    stranger, guest, other = Client(), Client(), Client()
    other.force_login(bob)
    key = order.link_token
    with at_its_time():
        for browser in (stranger, other):
            assert browser.get(f"/orders/{order.number}/return/").status_code == 404
            assert browser.post(f"/orders/{order.number}/return/", {"line_1": "1"}).status_code == 404
        guest.get(f"{order.get_absolute_url()}?key={key}")
        url, form = form_of(guest, order)
        assert guest.post(url, form).status_code == 302
    found = Return.objects.get()
    assert guest.get(label_url(found)).status_code == 404, "nobody has approved it"
    road()
    store.move_return(found.number, "approved")
    road()
    for browser in (stranger, other):
        assert browser.get(label_url(found)).status_code == 404
    assert guest.get(label_url(found)).status_code == 200
    assert Client().get(label_url(found), {"key": key}).status_code == 200
    assert guest.get(f"/orders/{order.number}/returns/{uuid.uuid4()}/label.pdf").status_code == 404


def test_the_label_has_the_address_and_bars_that_the_desk_reads(hers, shipped, ask, road, store, settings, tmp_path):
    settings.RETURN_ADDRESS = "Bookshop Returns | 5 Paper Lane | 10117 Berlin"
    order = shipped(1)
    found = ask(order)
    road()
    store.move_return(found.number, "approved")
    road()
    answer = hers.get(label_url(found))
    (page,) = PdfReader(BytesIO(answer.content)).pages
    words = " ".join(page.extract_text().split())
    for told in ("5 Paper Lane", "Alice Example", found.reference, order.reference, "1 copy Emma 1"):
        assert told in words, told
    assert answer.content == hers.get(label_url(found)).content
    assert bars_on(answer.content, tmp_path) == f"CODE-128:R{found.number.hex[:12].upper()}"


def test_a_page_with_returns_costs_the_same_for_any_number(
    hers, shipped, ask, road, at_its_time, django_assert_num_queries, django_assert_max_num_queries
):
    order = shipped(3)
    ask(order)
    road()
    with at_its_time(), django_assert_max_num_queries(30) as one:
        hers.get(order.get_absolute_url())
    ask(Order.objects.get(), 2)
    road()
    with at_its_time(), django_assert_num_queries(len(one)):
        hers.get(order.get_absolute_url())
