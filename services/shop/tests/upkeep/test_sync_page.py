"""The sync page: every stream in order and broken in turn, in words that say what to do; who may look, and who may act."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from shopping import text

from shop.catalogue.models import Book
from shop.notifications.models import Mail
from shop.notifications.operations import write_rendered_mail
from shop.outbox.models import OutboxMessage, Topic
from shop.payments.models import Payment, Refund
from shop.storelink.models import Comparison, Feed, SetAside
from shop.upkeep.status import look

pytestmark = pytest.mark.django_db

PAGE = "/admin/sync/"
LONG_AGO = timedelta(hours=1)
FINE = "Everything is fine"


def section(answer, slug: str) -> str:
    """What one stream's part of the page says."""
    html = answer.content.decode()
    part = re.search(rf'<section[^>]*id="{slug}".*?</section>', html, re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


def level(slug: str) -> str:
    return next(stream.level.name for stream in look(now=timezone.now()).streams if stream.slug == slug)


def write_letter(**changes) -> Mail:
    write_rendered_mail(
        event="one", kind="test", key="k", to="alice@example.org", subject="Hello", text="Hi", now=timezone.now()
    )
    Mail.objects.update(**changes)
    return Mail.objects.get()


def test_when_all_is_well_the_page_is_one_green_sentence_and_the_figures_are_folded_away(owner, all_is_well):
    answer = owner.get(PAGE)
    html = answer.content.decode()
    assert FINE in text(answer) and 'class="verdict level-fine"' in html
    assert "<details>" in html, "closed"
    assert "needs a person" not in html and "What to do" not in html


def test_a_shop_that_has_read_nothing_yet_says_so(owner, settings):
    settings.BROKER_URL = ""
    page = text(owner.get(PAGE))
    assert "Nothing has been read to its end yet." in page and "Press “Read now”" in page


@pytest.mark.parametrize("name, slug", [("books", "books"), ("orders", "orders")])
def test_a_feed_that_was_not_heard_for_long_needs_a_person(owner, all_is_well, name, slug):
    feed = Feed.objects.filter(name=name)
    feed.update(heard_at=timezone.now() - timedelta(minutes=5), last_error="connection refused")
    assert level(slug) == "WAITS"
    feed.update(heard_at=timezone.now() - LONG_AGO)
    told = section(owner.get(PAGE), slug)
    assert "The store was last heard 1 hour ago." in told and "connection refused" in told
    assert "See whether the store runs" in told
    feed.update(last_error="")
    assert "the worker or its timetable (beat) does not run" in section(owner.get(PAGE), slug)


def test_how_long_is_long_is_a_setting(all_is_well, settings):
    Feed.objects.update(heard_at=timezone.now() - timedelta(minutes=2))
    assert level("books") == "FINE"
    settings.SYNC_FEED_LATE_S = 60
    assert level("books") == "PERSON"


def test_a_stopped_feed_says_why_and_offers_to_accept(owner, all_is_well):
    assert "Accept the retirement" not in text(owner.get(PAGE))
    Feed.objects.filter(name="books").update(
        stopped_because="30 of 60 books would be retired within an hour. If that …"
    )
    told = section(owner.get(PAGE), "books")
    assert "Reading has stopped. 30 of 60 books would be retired" in told
    assert "Ask in the warehouse" in told and "Accept the retirement" in told


def test_a_feed_that_began_anew_is_explained(owner, all_is_well):
    Feed.objects.filter(name="books").update(began_anew_at=timezone.now())
    told = section(owner.get(PAGE), "books")
    assert "database was restored or replaced" in told and "“Compare now” shows what differs" in told


def test_a_refused_message_is_shown_with_the_reason_and_its_order(owner, all_is_well, place):
    order = place()
    OutboxMessage.objects.update(state="refused", last_error="401 the token is not known")
    answer = owner.get(PAGE)
    told = section(answer, "outbox")
    assert "1 message refused." in told and "401 the token is not known" in told
    assert f"“order placed”, order {order.reference}" in told
    assert "Try again" in told and "Give up" in told
    assert "1 stream of 11 need a person" in text(answer)


def test_a_message_that_waits_for_its_next_try_is_no_alarm_until_it_is_late(owner, all_is_well, place):
    place()
    assert level("outbox") == "FINE", "on its way"
    OutboxMessage.objects.update(last_error="the store is away", attempts=3)
    assert level("outbox") == "WAITS"
    OutboxMessage.objects.update(created_at=timezone.now() - LONG_AGO)
    told = section(owner.get(PAGE), "outbox")
    assert "1 message on the way, the oldest for 1 hour." in told and "the store is away" in told
    assert "See whether the store and the worker run" in told


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"state": "refused", "last_error": "550 no such mailbox"}, "550 no such mailbox"),
        ({"created_at": "2026-01-01T00:00Z"}, "See whether the mail server"),
    ],
)
def test_letters_that_cannot_be_sent_are_shown(owner, all_is_well, changes, words):
    write_letter(**changes)
    told = section(owner.get(PAGE), "mails")
    assert "needs a person" in told and words in told


def make_payment(order, **fields) -> Payment:
    defaults = {"order": order, "gateway": "test", "amount": 5, "currency": "EUR", "created_at": timezone.now()}
    return Payment.objects.create(**{**defaults, **fields})


def test_refunds_and_payments_that_are_stuck_are_shown(owner, all_is_well, place):
    taken = {"state": "captured", "captured": 5, "captured_currency": "EUR", "charge": "c1"}
    payment = make_payment(place(), **taken, captured_at=timezone.now() - LONG_AGO)
    assert "1 payment taken and not yet decided upon." in section(owner.get(PAGE), "payments")
    Payment.objects.update(settled_at=timezone.now(), ask_at=timezone.now() - LONG_AGO)
    assert "1 payment should have been asked for" in section(owner.get(PAGE), "payments")
    Payment.objects.update(ask_at=None)
    now = timezone.now()
    fields = {"key": "refund:1:late", "reason": "late", "state": "refused", "last_error": "account closed"}
    Refund.objects.create(payment=payment, amount=5, next_at=now, created_at=now, **fields)
    told = section(owner.get(PAGE), "refunds")
    assert "1 refund refused." in told and "account closed" in told


def test_orders_that_nobody_ended_in_time_are_shown(owner, all_is_well, place):
    order = place()
    type(order).objects.update(state="awaiting_payment", pay_until=timezone.now() - LONG_AGO)
    assert "1 order not paid in time should have expired" in section(owner.get(PAGE), "payments")


def test_pictures_that_wait_or_are_broken_are_no_alarm(owner, all_is_well, make_book):
    make_book(1, picture_sha256="a" * 64)
    assert "1 picture still to be fetched" in section(owner.get(PAGE), "pictures")
    Book.objects.update(cover_error="not a picture")
    told = section(owner.get(PAGE), "pictures")
    assert "1 picture cannot be used" in told and "put up anew in the warehouse" in told
    assert not look(now=timezone.now()).troubled


def test_rows_set_aside_are_shown_with_their_reason(owner, all_is_well):
    now = timezone.now()
    SetAside.objects.create(feed="books", key="7", reason="The price is no number.", body={}, first_at=now, last_at=now)
    told = section(owner.get(PAGE), "aside")
    assert "1 row of the store's feeds could not be applied" in told and "The price is no number." in told


def test_drift_is_shown_until_it_is_repaired(owner, all_is_well):
    stock = Comparison.objects.filter(subject="stock")
    stock.update(differing=3, examples=["Book 7: 4 free in the store, 5 here."])
    told = section(owner.get(PAGE), "comparison")
    assert "3 rows of free copies differ." in told and "Book 7: 4 free in the store, 5 here." in told
    stock.update(repaired=3)
    assert "Both sides agreed" in section(owner.get(PAGE), "comparison")
    stock.update(error="the store is away")
    assert "could not be finished: the store is away" in section(owner.get(PAGE), "comparison")


def test_a_broker_that_is_away_is_said_plainly_and_quickly(owner, all_is_well, settings):
    settings.BROKER_URL = "amqp://guest:guest@127.0.0.1:9//"
    told = section(owner.get(PAGE), "dead-letters")
    assert "The broker does not answer" in told and "Start the broker again." in told
    assert "guest" not in told
    settings.BROKER_URL = "redis://127.0.0.1:9/1"
    assert "The broker does not answer" in section(owner.get(PAGE), "dead-letters")


def test_the_number_of_statements_does_not_depend_on_what_is_found(owner, all_is_well, place, statements):
    """L21"""
    place()
    owner.get(PAGE)
    before = statements(lambda: owner.get(PAGE))
    for _ in range(3):
        place()
    OutboxMessage.objects.update(state="refused", last_error="no")
    now = timezone.now()
    for key in range(12):
        SetAside.objects.create(feed="books", key=str(key), reason="bad", body={}, first_at=now, last_at=now)
    assert statements(lambda: owner.get(PAGE)) == before


def test_the_admins_index_leads_here_for_those_who_may_look(owner, onlooker, make_user):
    for browser in (owner, onlooker):
        assert f'href="{PAGE}"' in browser.get("/admin/").content.decode()
    stranger = make_user("Stranger", is_staff=True)
    owner.force_login(stranger)
    assert f'href="{PAGE}"' not in owner.get("/admin/").content.decode()
    assert owner.get(PAGE).status_code == 403


def test_guests_and_customers_do_not_get_in(client, customer):
    assert client.get(PAGE).status_code == 302
    assert customer.get(PAGE, follow=True).status_code == 403


def test_who_may_only_look_sees_no_buttons(onlooker, all_is_well, place):
    place()
    OutboxMessage.objects.update(state="refused", last_error="no")
    Feed.objects.update(stopped_because="many")
    html = onlooker.get(PAGE).content.decode()
    assert (
        "upkeep" in html
        and "/admin/sync/read/" not in html
        and "give-up" not in html
        and "/admin/sync/accept/" not in html
    )


def test_an_owner_by_group_may_look_and_act(client, make_user, all_is_well, place, store):
    oscar = make_user("Oscar", is_staff=True)
    oscar.groups.add(Group.objects.get(name="Owners"))
    client.force_login(oscar)
    assert client.get(PAGE).status_code == 200
    assert "0 rows read" in text(client.post(f"{PAGE}read/books/", follow=True))
    place()
    OutboxMessage.objects.filter(topic=Topic.ORDER_PLACED).update(state="refused")
    assert "1 message will be tried again" in text(client.post(f"{PAGE}try-again/message/", follow=True))
