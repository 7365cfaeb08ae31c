"""What the store makes of Django's pages: lists for tablets and phones, rows to look at, and words instead of a page."""

import re
from datetime import datetime

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.formats import localize

from store.stock.models import BookItem, LedgerLine

HIDDEN = re.compile(r'<input type="hidden" name="(ledger-[^"]+)" value="([^"]*)"')

pytestmark = pytest.mark.django_db


def page(client, name, *args, **query) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_cell_of_a_list_says_its_column_for_phones(staff, books):
    shown = page(staff("owner"), "stock_bookitem_changelist")
    assert '<td data-label="Shelf" class="field-shelf">A-3</td>' in shown
    assert re.search(r'<th data-label="Barcode" class="field-barcode"><a href="[^"]+">B2-1</a></th>', shown)
    assert '<td class="action-checkbox">' in shown, "a box to tick needs no words"


def test_a_cell_keeps_what_people_wrote_as_text(staff, books):
    books[0].title = 'A <b>bold</b> "book" & more'
    books[0].save()
    shown = page(staff("owner"), "catalogue_book_changelist")
    assert "A &lt;b&gt;bold&lt;/b&gt; &quot;book&quot; &amp; more</a></th>" in shown and "<b>bold" not in shown


def test_a_list_is_a_region_that_keys_can_scroll_and_its_search_has_a_label(staff, books):
    shown = page(staff("owner"), "catalogue_book_changelist")
    assert '<div class="results" role="region" aria-label="Books" tabindex="0">' in shown
    assert re.search(r'<label for="searchbar">.*<span class="visually-hidden">Search</span></label>', shown)


def test_folded_filters_say_that_they_are_in_use(staff, books):
    olga, heading = staff("owner"), '<h2 id="changelist-filter-header">Filter{}</h2>'
    assert heading.format("") in page(olga, "catalogue_book_changelist")
    assert heading.format(", in use") in page(olga, "catalogue_book_changelist", stock="none")


def test_the_ledger_of_a_copy_is_a_table_to_look_at_and_its_form_is_saved_as_it_stands(staff, books):
    copy, keeper = BookItem.objects.get(barcode="B2-1"), staff("keeper")
    shown = page(keeper, "stock_bookitem_change", copy.pk)
    assert '<td data-label="To shelf">A-3</td>' in shown
    form = dict(HIDDEN.findall(shown))
    assert form["ledger-INITIAL_FORMS"] == "1"
    form |= {"shelf": "B-1", "condition": "new", "condition_note": "", "own_price": ""}
    assert keeper.post(reverse("admin:stock_bookitem_change", args=[copy.pk]), form).status_code == 302
    copy.refresh_from_db()
    assert copy.shelf == "B-1" and LedgerLine.objects.filter(copy=copy).count() == 2


def test_roles_are_boxes_to_tick(staff, django_user_model):
    olga = staff("owner")
    staff("packer")
    dan = django_user_model.objects.get(email="dan@example.org")
    shown = page(olga, "accounts_user_change", dan.pk)
    boxes = re.findall(r'<input type="checkbox" name="groups"([^>]*)>\s*(\w+)', shown)
    assert [name for rest, name in boxes if "checked" in rest] == ["Dispatchers"] and len(boxes) == 4


def test_what_is_not_there_and_what_is_not_for_them_is_told_on_a_page_of_the_store(staff):
    for client, path, status, words in (
        (Client(), "/nothing/", 404, "Nothing here"),
        (staff("packer"), reverse("labels:batch", args=[999]), 404, "Nothing here"),
        (staff("packer"), reverse("admin:accounts_user_changelist"), 403, "Not for you"),
    ):
        answer = client.get(path)
        assert answer.status_code == status and f"<h1>{words}</h1>" in answer.content.decode()
        assert '<html lang="en' in answer.content.decode()


def test_a_form_that_was_open_for_too_long_is_told_so_without_a_style_of_its_own():
    answer = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "dan@example.org"})
    shown = answer.content.decode()
    assert answer.status_code == 403 and "<h1>Please send it again</h1>" in shown and "<style" not in shown


def test_our_own_mistake_is_told_without_a_request(staff):
    assert "<h1>Our mistake</h1>" in render_to_string("500.html")


def test_times_are_written_as_on_all_pages():
    assert localize(datetime(2026, 11, 6, 21, 5)) == "6 Nov 2026, 21:05"
