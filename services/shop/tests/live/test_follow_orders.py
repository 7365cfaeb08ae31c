"""Open pages hear of their orders while they are open: who may, what is missed while one is away, and how it ends."""

import threading
import uuid

from django.db import connection, transaction
from django.test import Client as Browser
from django.utils import timezone
from live_clients import browser_of, move, new_order

from shop.orders.states import State


def browser_that_opened(order):
    """A guest's, by the letter's link."""
    browser = Browser()
    assert browser.get(order.get_absolute_url(), {"key": order.link_token}).status_code == 200
    return browser


def test_a_customer_hears_of_her_own_orders_and_of_nobody_elses(served, alice, bob):
    hers, his = new_order(alice), new_order(bob)
    page, other = served.follow(browser_of(alice)), served.follow(browser_of(bob))
    page.wait_for("placed")
    move(his, State.ACCEPTED)
    move(hers, State.ACCEPTED, State.SHIPPED)
    page.wait_for("placed", "accepted", "shipped")
    other.wait_for("placed", "accepted")
    assert str(his.number) not in "".join(page.lines) and str(hers.number) not in "".join(other.lines)


def test_the_page_of_one_order_hears_of_that_one_alone(served, alice):
    this, that = new_order(alice), new_order(alice)
    page = served.follow(browser_of(alice), f"?order={this.number}")
    move(that, State.ACCEPTED)
    move(this, State.ACCEPTED)
    page.wait_for("placed", "accepted")
    assert str(that.number) not in "".join(page.lines)


def test_a_guest_hears_by_the_same_right_as_of_the_page(served, bob):
    order, other = new_order(), new_order()
    opened = browser_that_opened(order)
    pages = [
        served.follow(opened),
        served.follow(opened, f"?order={order.number}"),
        served.follow(None, f"?order={order.number}&key={order.link_token}"),
    ]
    move(other, State.ACCEPTED)
    move(order, State.ACCEPTED)
    for page in pages:
        page.wait_for("placed", "accepted")
    refused = [
        (None, ""),
        (None, f"?order={order.number}"),
        (None, f"?order={order.number}&key={other.link_token}"),
        (opened, f"?order={other.number}"),
        (browser_of(bob), f"?order={order.number}"),
        (opened, f"?order={uuid.uuid4()}"),
        (opened, "?order=%00nonsense"),
    ]
    assert [served.follow(browser, query).status for browser, query in refused] == [404] * len(refused)


def test_other_sites_and_other_hosts_get_nothing(served, alice, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["http://127.0.0.1:8000"]
    new_order(alice)
    browser = browser_of(alice)
    assert served.follow(browser, Origin="https://elsewhere.example").status == 403
    assert served.follow(browser, Host="elsewhere.example").status == 400
    ours = served.follow(browser, Origin="http://127.0.0.1:8000")
    assert ours.status == 200
    assert ours.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8000"
    assert "no-store" in ours.headers["Cache-Control"] and ours.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in served.follow(browser).headers


def test_who_comes_back_is_told_what_was_missed_and_nothing_else(served, alice):
    order = new_order(alice)
    browser = browser_of(alice)
    first = served.follow(browser).wait_for("placed")
    move(order, State.ACCEPTED)
    last = first.wait_for("placed", "accepted").up_to_date()
    first.close()
    move(order, State.PACKING, State.SHIPPED)
    served.has_told_all()
    served.follow(browser, **{"Last-Event-ID": last}).wait_for("packing", "shipped")
    served.follow(browser, **{"Last-Event-ID": "rubbish"}).wait_for("shipped")
    served.follow(browser, **{"Last-Event-ID": "9" * 18}).wait_for("shipped")


def test_what_commits_late_is_heard_and_resumed_after(served, alice):
    """L17: its number was given out before that of an event which is heard first."""
    slow, quick = new_order(alice), new_order(alice)
    browser = browser_of(alice)
    page = served.follow(browser).wait_until(lambda one: len(one.states()) == 2)
    written, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                event = slow.move_to(State.ACCEPTED, at=timezone.now())
                slow.save()
                event.save(force_insert=True)
                written.set()
                may_commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    written.wait(10)
    move(quick, State.REJECTED)
    last = page.wait_until(lambda one: one.states()[2:] == ["rejected"]).field("id")[-1]
    page.close()
    may_commit.set()
    thread.join()
    back = served.follow(browser, **{"Last-Event-ID": last})
    back.wait_until(lambda one: "accepted" in one.states())


def test_a_stream_ends_with_what_it_rests_on(served, alice, bob, make_user):
    carl = make_user("Carl")
    opened = browser_that_opened(new_order())
    browsers = {user: browser_of(user) for user in (alice, bob, carl)}
    pages = {user: served.follow(browser) for user, browser in browsers.items()}
    guest, stays = served.follow(opened), served.follow(browser_of(alice))
    stays.wait_until(lambda one: ": still here" in one.lines)
    assert not any(page.is_over for page in pages.values())
    browsers[alice].logout()
    bob.is_active = False
    bob.save()
    carl.set_password("another-long-password")
    carl.save()
    opened.session.flush()
    for page in (*pages.values(), guest):
        page.wait_until(lambda one: one.is_over)
    assert not stays.is_over
    assert [served.follow(browser).status for browser in (*browsers.values(), opened)] == [404] * 4


def test_a_visitor_and_an_address_have_so_many_streams_and_no_more(served, alice):
    places = served.live.streams.places
    places.per_visitor, places.per_address = 2, 3
    order = new_order(alice)
    browser, by_link = browser_of(alice), f"?order={order.number}&key={order.link_token}"
    first = served.follow(browser)
    assert served.follow(browser).status == 200
    assert served.follow(browser).status == 429, "a third of one visitor"
    assert served.follow(None, by_link).status == 200
    assert served.follow(None, by_link).status == 429, "a fourth of one address"
    first.close()
    first.wait_until(lambda _: len(served.live.streams) == 2)
    assert served.follow(browser).status == 200
