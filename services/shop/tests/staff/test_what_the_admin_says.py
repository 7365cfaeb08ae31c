"""What Django's own pages leave unsaid is said here, for whoever hears a page or walks it by keyboard."""

import re
from datetime import datetime

import pytest
from django.utils import timezone
from django.utils.formats import localize

from shop.staff.roles import OWNERS

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/usersessions/usersession/"


@pytest.fixture
def owner(browser_in):
    return browser_in(OWNERS)


def page(browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_both_parts_of_a_moment_are_named_and_stand_under_what_they_are_about(owner):
    html = page(owner, "/admin/coupons/coupon/add/")
    for part, name in (("0", "Date:"), ("1", "Time:")):
        assert f'<label for="id_starts_at_{part}">{name}</label>' in html
    group = re.search(r"<fieldset class=\"flex-container[^>]*>\s*<legend>From:</legend>.*?</fieldset>", html, re.DOTALL)
    assert group and 'id="id_starts_at_1"' in group[0]
    assert 'aria-describedby="id_starts_at_helptext"' in group[0] and 'id="id_starts_at_helptext"' in html


def test_roles_are_a_group_with_a_name(owner, alice):
    assert "<legend>Roles:</legend>" in page(owner, f"/admin/accounts/user/{alice.pk}/change/")


def test_a_search_and_its_filters_are_named(owner):
    html = page(owner, "/admin/orders/order/?state=placed")
    assert '<label for="searchbar">Search</label>' in html
    assert "<summary>Filter <strong>(some are chosen)</strong></summary>" in html
    assert "(some are chosen)" not in page(owner, "/admin/orders/order/")


def test_rows_beneath_an_order_have_no_empty_heads_and_can_be_scrolled_by_keyboard(owner, make_order):
    html = page(owner, f"/admin/orders/order/{make_order('packing').pk}/change/")
    assert not re.search(r"<th[^>]*>\s*</th>", html)
    assert re.search(r'id="lines-group"[^>]*role="group" aria-labelledby="lines-heading" tabindex="0"', html)


def test_an_orders_page_is_in_groups_and_tells_of_a_bill_only_if_it_goes_elsewhere(owner, make_order):
    here = page(owner, f"/admin/orders/order/{make_order('packing').pk}/change/")
    elsewhere = page(owner, f"/admin/orders/order/{make_order('packing', bill_name='Firm Ltd').pk}/change/")
    for html in (here, elsewhere):
        assert re.findall(r'class="fieldset-heading">(\w+)', html)[:2] == ["Money", "Delivery"]
    assert "name on the bill" not in here.lower()
    assert "Name on the bill:" in elsewhere and "Firm Ltd" in elsewhere


def test_log_ins_are_found_by_address(person_in, browser_of, alice):
    root = person_in(name="Root")
    root.is_superuser = True
    root.save()
    now, browser = timezone.now(), browser_of(root)
    alice.usersession_set.create(ip="192.0.2.7", session_key="a", created_at=now, last_seen_at=now)
    for words, is_found in ((alice.email, True), ("192.0.2.7", True), ("no+such+thing", False)):
        assert ('<td class="field-ip">192.0.2.7</td>' in page(browser, f"{SESSIONS}?q={words}")) == is_found, words


def test_times_are_written_as_on_all_pages():
    assert localize(datetime(2026, 11, 6, 21, 5)) == "6 Nov 2026, 21:05"
