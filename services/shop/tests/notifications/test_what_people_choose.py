"""What people choose to hear of: by their page or by a letter's link; kept where letters are written, and told from missing."""

import re
from email import message_from_bytes
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from shop.accounts import farewell
from shop.notifications import choices, notices
from shop.notifications.choices import Reader
from shop.notifications.delivery import letter_of
from shop.notifications.models import Choice, Mail
from shop.notifications.notices import NOTICES, TOPICS, Hears
from shop.notifications.operations import compose, write_all
from shop.orders.claiming import claim_orders
from shop.orders.letters import KINDS

pytestmark = pytest.mark.django_db
PAGE = "/account/letters/"
GUEST = "guest@example.org"


def review_letter(user=None, to=GUEST, number=1, kind="review_approved", **options):
    """The one optional letter that needs nothing else; written, and read back."""
    context = {"book": {"title": "Emma"}, "book_url": "/b/", "url": "/r/"}
    event, address = f"review:{number}:{kind}", user.email if user else to
    options |= {"reader": user.pk if user else None, "now": timezone.now(), "context": context}
    write_all([compose(event=event, kind=kind, key=f"account:{address}", to=address, template=kind, **options)])
    return Mail.objects.get(event=event)


@pytest.fixture
def hers(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


@pytest.fixture
def address_in(settings):
    return lambda mail: mail.stop_url.removeprefix(settings.PUBLIC_URL)


def test_every_letter_has_its_line_in_the_table_and_every_line_its_letter():
    found = Path(notices.__file__).parents[1].glob("**/templates/notifications/*.subject.txt")
    templates = {path.name.partition(".")[0] for path in found}
    letters = {kind for kind, notice in NOTICES.items() if notices.Way.MAIL in notice.ways}
    assert templates - {"chat_service"} | set(KINDS.values()) == letters - {"account"}, "both by other templates"
    assert all(bool(notice.topic) != bool(notice.why) for notice in NOTICES.values()), "chosen, or always with a reason"
    assert {notice.topic for notice in NOTICES.values() if notice.topic} == set(TOPICS)


def test_the_table_in_the_documents_is_the_one_in_the_code(pytestconfig):
    page = pytestconfig.rootpath.parents[1] / "docs" / "notices.md"
    assert page.read_text() == notices.document(), "scripts/manage shop notices > docs/notices.md"


def test_a_letter_that_is_not_wanted_is_kept_as_such_and_never_sent(alice, bob):
    choices.choose(Reader(alice.pk), {"reviews": False}, now=timezone.now())
    unwanted, other = review_letter(alice), review_letter(bob, number=2)
    assert (unwanted.state, other.state) == ("not wanted", "waiting") and unwanted.done_at
    assert Mail.claim_next(now=timezone.now()) == other and Mail.claim_next(now=timezone.now()) is None
    review_letter(alice)  # once more for the same event
    assert Mail.objects.filter(to=alice.email).count() == 1


def test_what_is_needed_goes_to_who_wants_nothing_and_has_no_way_out(alice):
    choices.choose(Reader(alice.pk), dict.fromkeys(TOPICS, False), now=timezone.now())
    needed = review_letter(alice, is_needed=True)
    assert (needed.state, needed.stop_url) == ("waiting", "")
    always = [kind for kind, notice in NOTICES.items() if not notice.topic]
    assert {choices.stop_url(kind, Reader(alice.pk)) for kind in [*always, "no line has it"]} == {""}
    headers = message_from_bytes(letter_of(needed).message().as_bytes())
    assert headers["List-Unsubscribe"] is None


def test_she_chooses_on_her_page_what_may_be_chosen_and_reads_what_always_comes(hers, alice):
    page = hers.get(PAGE).content.decode()
    assert page.count(" checked") == len([topic for topic in TOPICS.values() if topic.hears == Hears.CUSTOMER]) == 4
    assert "Is about your money." in page and "Money goes back" in page
    assert not re.search(r'name="(digest|payment_returned)"', page)
    assert hers.post(PAGE, {"parcels": "on", "digest": "on"})["Location"] == PAGE
    assert choices.wanted_by(alice) & {"packing", "parcels", "returns", "reviews", "digest"} == {"parcels"}
    assert hers.get(PAGE).content.decode().count(" checked") == 1
    assert not Choice.objects.filter(topic="digest").exists(), "that is for the staff"


def test_nobody_chooses_for_others_and_guests_have_no_page(client, bob, hers):
    assert client.get(PAGE).status_code == client.post(PAGE, {}).status_code == 302
    hers.post(PAGE, {})
    assert choices.wanted_by(bob) == {slug for slug, topic in TOPICS.items() if topic.wanted}


def test_one_press_in_a_mail_program_stops_the_letters_without_cookies_or_a_page(alice, address_in):
    mail = review_letter(alice)
    headers = message_from_bytes(letter_of(mail).message().as_bytes())
    told = re.sub(r"\s+", "", headers["List-Unsubscribe"])
    assert told == f"<{mail.stop_url}>" and headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.stop_url in mail.text and mail.stop_url in mail.html and alice.email not in mail.stop_url
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert program.get(address_in(mail)).status_code == 200
        assert choices.is_wanted("reviews", Reader(alice.pk)), "looking stops nothing"
    answer = program.post(address_in(mail), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and not answer.cookies
    assert review_letter(alice, number=2).state == "not wanted"
    assert choices.is_wanted("parcels", Reader(alice.pk)), "the others come"
    program.post(address_in(mail), {"again": "yes"})
    assert review_letter(alice, number=3).state == "waiting"


def test_a_link_that_is_not_ours_or_of_somebody_who_has_left_opens_nothing(client, alice, address_in):
    mail = address_in(review_letter(alice))
    for wrong in (mail[:-3] + "x/", "/letters/stop/x/", mail.replace("/stop/", "/stop/A")):
        assert client.post(wrong).status_code == client.get(wrong).status_code == 404
    assert not Choice.objects.exists()
    farewell.forget(alice, now=timezone.now())
    assert client.post(mail).status_code == 404
    assert not Mail.objects.exclude(stop_url="").exists()


def test_a_guest_chooses_by_the_letter_and_the_account_that_shows_the_address_is_its_own_goes_on_so(
    client, make_user, address_in
):
    link = address_in(review_letter(to="Guest@example.org"))
    client.post(link)
    assert review_letter(to=GUEST, number=2).state == "not wanted"
    assert review_letter(to="other@example.org", number=3).state == "waiting"
    account = make_user("Guest")
    claim_orders(account)
    assert not choices.is_wanted("reviews", Reader(account.pk)) and not Choice.objects.filter(user=None).exists()
    client.post(link, {"again": "yes"})
    assert choices.is_wanted("reviews", Reader(account.pk)), "the old link is the account's now"
