"""Letters leave once, in order, with the same bytes at every try; what no server takes stays in sight."""

import smtplib
import threading
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from shop.notifications.delivery import letter_of, send_due_mail
from shop.notifications.models import Mail
from shop.notifications.operations import write_rendered_mail
from shop.outbox.models import LEASE

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Postbox:
    """A mail server in this process. `answers` are what it says to the next letters, by default 250."""

    def __init__(self):
        self.letters, self.answers, self.connections = [], [], 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250") or answer == "hang up":
            self.letters.append(envelope.content)
        if answer == "hang up":
            server.transport.abort()
        return answer


class OnAFreePort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox():
    box = Postbox()
    controller = OnAFreePort(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


def line_to(box_or_port) -> EmailBackend:
    port = getattr(box_or_port, "port", box_or_port)
    return get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port, timeout=2)


def write(event: str, *, to="alice@example.org", key="one", clock=None, html="<p>Hello</p>") -> None:
    now = clock() if clock else datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    write_rendered_mail(
        event=event, kind="test", key=key, to=to, subject=f"About {event}", text="Hello", html=html, now=now
    )


def subjects(box) -> list[str]:
    return [message_from_bytes(raw)["Subject"] for raw in box.letters]


def test_a_letter_arrives_as_text_and_html_and_says_that_a_machine_wrote_it(postbox, clock):
    write("order:1:2:shipped")
    assert send_due_mail(line_to(postbox), clock).sent == 1
    letter = message_from_bytes(postbox.letters[0])
    assert [part.get_content_type() for part in letter.get_payload()] == ["text/plain", "text/html"]
    assert letter["Message-ID"] == "<order-1-2-shipped@bookshop.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"] == "Sat, 21 Nov 2026 10:00:00 +0000"
    assert not [name for name in letter.keys() if name.startswith("List-")]


def test_who_answers_a_letter_reaches_people_where_there_are_any(postbox, clock, settings):
    write("order:1:2:shipped")
    letter = Mail.objects.get()
    assert letter_of(letter).reply_to == []
    settings.CONTACT_EMAIL = "service@bookshop.example"
    assert letter_of(letter).message()["Reply-To"] == "service@bookshop.example"
    letter.to = settings.CONTACT_EMAIL
    assert letter_of(letter).reply_to == [], "not to themselves"


def test_an_event_has_one_letter_however_often_it_is_written(postbox, clock):
    """L6"""
    for _ in range(3):
        write("same")
    assert send_due_mail(line_to(postbox), clock).sent == 1
    assert send_due_mail(line_to(postbox), clock).sent == 0


def test_many_letters_go_over_one_connection(postbox, clock):
    for number in range(20):
        write(f"letter {number}", key=str(number))
    assert send_due_mail(line_to(postbox), clock).sent == 20
    assert postbox.connections == 1


def test_a_server_that_is_away_is_tried_again_and_nothing_is_lost(postbox, clock):
    for number in range(5):
        write(f"letter {number}", key=str(number))
    assert send_due_mail(line_to(9), clock).postponed == 3, "a run gives up after three failures in a row"
    assert Mail.objects.filter(state="waiting").count() == 5
    clock.now += timedelta(minutes=1)
    assert send_due_mail(line_to(postbox), clock).sent == 5


def test_every_try_sends_the_same_bytes(postbox, clock):
    write("order:1:2:shipped")
    postbox.answers = ["451 try later"]
    assert send_due_mail(line_to(postbox), clock).postponed == 1
    waiting = Mail.objects.get()
    first = letter_of(waiting).message().as_bytes()
    clock.now += timedelta(hours=3)
    assert letter_of(Mail.objects.get()).message().as_bytes() == first
    assert send_due_mail(line_to(postbox), clock).sent == 1
    assert postbox.letters[0].replace(b"\r\n", b"\n").rstrip() == first.rstrip()


def test_letters_about_one_order_arrive_in_order_even_when_the_first_has_to_wait(postbox, clock):
    write("first", key="order"), write("second", key="order"), write("other", key="another")
    postbox.answers = ["451 try later"]
    send_due_mail(line_to(postbox), clock)
    assert subjects(postbox) == ["About other"]
    clock.now += timedelta(minutes=1)
    send_due_mail(line_to(postbox), clock)
    assert subjects(postbox) == ["About other", "About first", "About second"]


@pytest.mark.parametrize("answer", ["552 mailbox full", "554 looks like spam"])
def test_a_letter_refused_for_good_stays_in_sight_and_the_next_goes_out(postbox, clock, answer):
    write("bad", key="order"), write("good", key="order")
    postbox.answers = [answer]
    run = send_due_mail(line_to(postbox), clock)
    assert (run.refused, run.sent) == (1, 1)
    refused = Mail.objects.get(event="bad")
    assert refused.state == "refused" and answer[4:] in refused.last_error


def test_an_unknown_address_is_refused_and_harms_no_other(postbox, clock):
    write("bad", to="nobody@example.org", key="a"), write("good", key="b")
    run = send_due_mail(line_to(postbox), clock)
    assert (run.refused, run.sent) == (1, 1)


def test_a_letter_that_cannot_be_written_down_is_refused_and_harms_no_other(postbox, clock):
    write("good", key="b")
    Mail.objects.filter(event="good").update(next_at=clock())
    bad = Mail.objects.get(event="good")
    bad.pk, bad.event, bad.message_id = None, "bad", "<two\nlines@example.org>"
    bad.save()
    run = send_due_mail(line_to(postbox), clock)
    assert (run.refused, run.sent) == (1, 1)


def test_a_server_that_wants_a_login_is_our_fault_and_not_the_letters(clock, monkeypatch):
    write("one")

    def wants_login(self, messages):
        raise smtplib.SMTPSenderRefused(530, b"Authentication required", "orders@bookshop.example")

    monkeypatch.setattr(EmailBackend, "open", lambda self: True)
    monkeypatch.setattr(EmailBackend, "send_messages", wants_login)
    assert send_due_mail(line_to(9), clock).postponed == 1


def test_two_senders_at_once_send_each_letter_once(postbox, clock):
    """L6"""
    from django.db import connection

    for number in range(12):
        write(f"letter {number}", key=str(number))

    def send():
        try:
            send_due_mail(line_to(postbox), clock)
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    assert sorted(subjects(postbox)) == sorted(f"About letter {number}" for number in range(12))


def test_a_sender_killed_between_250_and_its_note_sends_a_second_copy_under_the_same_id(postbox, clock, monkeypatch):
    """The honest limit: doubled rather than lost, and recognisable as the same letter."""
    write("order:1:2:shipped")
    with monkeypatch.context() as patch:
        patch.setattr(Mail, "mark_sent", lambda self, now: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            send_due_mail(line_to(postbox), clock)
    assert send_due_mail(line_to(postbox), clock).sent == 0
    clock.now += LEASE + timedelta(seconds=1)
    assert send_due_mail(line_to(postbox), clock).sent == 1
    assert len({message_from_bytes(raw)["Message-ID"] for raw in postbox.letters}) == 1
    assert len(postbox.letters) == 2


def test_a_server_that_dies_after_data_may_have_the_letter_and_gets_it_again_under_the_same_id(postbox, clock):
    """The other half of the limit: it took the letter, and we never heard of it."""
    write("order:1:2:shipped")
    postbox.answers = ["hang up"]
    assert send_due_mail(line_to(postbox), clock).postponed == 1
    assert Mail.objects.get().state == "waiting"
    clock.now += timedelta(seconds=30)
    assert send_due_mail(line_to(postbox), clock).sent == 1
    assert len(postbox.letters) == 2 and len(set(postbox.letters)) == 1, "the same bytes, so the same Message-ID"
