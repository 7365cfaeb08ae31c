"""An order that called for a person is settled by one, with a reason that stays in its story."""

import pytest
from django.core.management import call_command
from shopping import text

from shop.orders import attention
from shop.orders.models import Order
from shop.staff.roles import AGENTS, DISPATCHERS, OFFICE

pytestmark = pytest.mark.django_db

CALL = "A refund waits for a person."


@pytest.fixture
def order(make_order):
    return make_order("shipped", attention=CALL)


@pytest.fixture
def fay(person_in):
    return person_in(OFFICE, name="Fay")


def settle(browser, order, **sent):
    return browser.post(
        f"/admin/orders/order/{order.pk}/settle/", {"reason": "Paid back by hand.", "seen": CALL, **sent}
    )


def test_it_is_settled_with_a_reason_that_the_story_tells(fay, browser_of, order, capsys):
    browser = browser_of(fay)
    assert CALL in text(browser.get("/admin/orders/order/?attention=yes"))
    assert "Settle …" in text(browser.get(f"/admin/orders/order/{order.pk}/change/"))
    assert CALL in text(browser.get(f"/admin/orders/order/{order.pk}/settle/"))
    assert settle(browser, order).status_code == 302
    assert Order.objects.get().attention == ""
    page = text(browser.get(f"/admin/orders/order/{order.pk}/history/"))
    assert "Paid back by hand." in page and CALL in page
    call_command("order_story", str(order.number))
    assert f"“{CALL}” settled by {fay.email}: Paid back by hand." in capsys.readouterr().out


def test_without_a_reason_nothing_is_settled(fay, browser_of, order):
    answer = settle(browser_of(fay), order, reason=" ")
    assert answer.status_code == 400 and "Say what came of it" in text(answer)
    assert Order.objects.get().attention == CALL


def test_a_newer_call_stays_because_nobody_has_read_it(fay, browser_of, order):
    Order.objects.update(attention="Another refund was refused.")
    answer = browser_of(fay).post(
        f"/admin/orders/order/{order.pk}/settle/", {"reason": "done", "seen": CALL}, follow=True
    )
    assert "Nothing was changed" in text(answer)
    assert Order.objects.get().attention == "Another refund was refused."


def test_settling_twice_is_once(fay, order, now):
    attention.settle(order, seen=CALL, who=fay, reason="done", now=now)
    with pytest.raises(attention.NotSoAnyMore):
        attention.settle(order, seen=CALL, who=fay, reason="done", now=now)
    assert len(attention.settled(order)) == 1


@pytest.mark.parametrize("role", [AGENTS, DISPATCHERS])
def test_who_may_not_settle_sees_no_button_and_is_refused(person_in, browser_of, order, role):
    browser = browser_of(person_in(role))
    assert "Settle …" not in text(browser.get(f"/admin/orders/order/{order.pk}/change/"))
    assert settle(browser, order).status_code == 403
    assert Order.objects.get().attention == CALL
