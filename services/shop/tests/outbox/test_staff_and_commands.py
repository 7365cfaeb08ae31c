"""What staff can see and do about deliveries, and who may not."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from shop.cart.models import Cart
from shop.catalogue.models import Book
from shop.notifications.models import Mail
from shop.notifications.operations import write_rendered_mail
from shop.outbox.models import OutboxMessage, Topic
from shop.storelink.models import Feed, SetAside

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
def refused_mail():
    write_rendered_mail(event="one", kind="test", key="k", to="alice@example.org", subject="Hi", text="Hi", now=AT)
    mail = Mail.claim_next(now=AT)
    mail.refuse(error="550 no such mailbox", now=AT)
    mail.refresh_from_db()
    return mail


def run(*command) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_the_list_shows_what_was_refused_and_why(refused_mail):
    said = run("outbox", "list")
    assert f"mail:{refused_mail.pk}  refused" in said and "550 no such mailbox" in said
    assert "1 not delivered" in said


def test_with_all_delivered_the_list_says_so():
    assert run("outbox", "list") == "Everything has been delivered.\n"


def test_a_refused_mail_is_delivered_again_on_request(refused_mail):
    assert "1 will be delivered again" in run("outbox", "retry", f"mail:{refused_mail.pk}")
    assert Mail.claim_next(now=datetime.now(UTC)).pk == refused_mail.pk


def test_all_at_once(refused_mail):
    OutboxMessage.write(topic=Topic.ORDER_PLACED, key="of no order", body={}, now=AT)
    assert "1 will be delivered again" in run("outbox", "retry", "--all")


@pytest.mark.parametrize("ids", [[], ["mail:1", "--all"], ["7"], ["letter:7"], ["mail:x"]])
def test_a_retry_must_say_which(refused_mail, ids):
    with pytest.raises(CommandError):
        run("outbox", "retry", *ids)
    refused_mail.refresh_from_db()
    assert refused_mail.state == "refused"


def test_an_unknown_id_is_an_error():
    with pytest.raises(CommandError, match="unknown"):
        run("outbox", "retry", "mail:999")


PAGES = ["outbox_outboxmessage", "notifications_mail", "storelink_feed", "storelink_setaside", "storelink_storeevent"]


@pytest.mark.parametrize("page", PAGES)
def test_the_owner_reads_the_pages_and_changes_nothing(client, olga, page):
    client.force_login(olga)
    assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{page}_add")).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_customer_does_not_see_the_pages(client, alice, page):
    client.force_login(alice)
    assert client.get(reverse(f"admin:{page}_changelist")).status_code == 302


def test_the_owner_sends_a_mail_again(client, olga, refused_mail):
    client.force_login(olga)
    client.post(
        reverse("admin:notifications_mail_changelist"), {"action": "send_again", "_selected_action": [refused_mail.pk]}
    )
    refused_mail.refresh_from_db()
    assert refused_mail.state == "waiting"


def test_staff_who_may_only_look_cannot_send_again(client, make_user, refused_mail):
    from django.contrib.auth.models import Permission

    clerk = make_user("Clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_mail"))
    client.force_login(clerk)
    client.post(
        reverse("admin:notifications_mail_changelist"), {"action": "send_again", "_selected_action": [refused_mail.pk]}
    )
    refused_mail.refresh_from_db()
    assert refused_mail.state == "refused"


def test_clearing_asks_first_outside_the_demo(make_book, settings):
    """L32"""
    settings.DEMO = False
    make_book(1)
    with pytest.raises(CommandError, match="1 books"):
        run("clear_db")
    assert Book.objects.exists()


def test_clearing_keeps_the_users_and_has_the_next_sync_fill_the_shop(make_book, alice, settings):
    """L32"""
    settings.DEMO = True
    make_book(1)
    Cart.objects.create(user=alice)
    SetAside.objects.create(feed="books", key="1", reason="bad", body={}, first_at=AT, last_at=AT)
    Feed.objects.create(name="books", position="first:7", epoch="first", walking=False)
    Feed.objects.create(name="orders", position="first:9", epoch="first", walking=False)
    run("clear_db")
    assert not (Book.objects.exists() or Cart.objects.exists() or SetAside.objects.exists())
    assert type(alice).objects.get() == alice
    assert [(feed.name, feed.position) for feed in Feed.objects.all()] == [("orders", "first:9")]
