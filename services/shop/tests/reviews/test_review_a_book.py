"""U13: who bought a book, and whose parcel has left, may review it: once, in words of their own."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from shopping import log_in, show_it_is_me, text
from tests.cart.test_two_at_once import at_once

from shop.notifications.models import Mail
from shop.orders.claiming import claim_orders
from shop.orders.states import State as OrderState
from shop.outbox.models import Deliverable, OutboxMessage
from shop.reviews import moderating, operations
from shop.reviews.models import Rating, Review
from shop.reviews.states import State

pytestmark = pytest.mark.django_db

WORDS = "A clever heroine, badly wrong about everybody."


@pytest.fixture
def hers(alice, emma, buys, browser_of):
    buys(alice, emma)
    return browser_of(alice)


def send(browser, path="/reviews/new/1/", **changes):
    return browser.post(path, {"rating": "4", "text": WORDS, "signature": "Alice", **changes})


def approve(*reviews, by, now, state=State.APPROVED, reason=""):
    return moderating.decide({each.pk: each.version for each in reviews}, state, by=by, now=now, reason=reason)


def test_a_buyer_writes_and_nothing_is_shown_before_it_was_read(hers, emma):
    assert "Write a review" in text(hers.get(emma.get_absolute_url()))
    assert 'value="Alice"' in hers.get("/reviews/new/1/").content.decode(), "the first name is filled in"
    answer = send(hers)
    assert answer.url == emma.get_absolute_url()
    page = text(hers.get(answer.url))
    assert "Thank you. We read it" in page and "Your review waits to be read by us." in page
    assert WORDS not in page and WORDS not in text(Client().get(answer.url)) and not Rating.objects.exclude(count=0)


def test_what_is_shown_is_on_book_card_and_in_the_data_for_search_engines(
    hers, alice, bob, olga, emma, buys, says, now
):
    buys(bob, emma)
    approve(says(alice, emma, 5, WORDS, "Alice"), says(bob, emma, 4, "Too long by a third."), by=olga, now=now)
    answer = Client().get(emma.get_absolute_url())
    page = text(answer)
    assert "4.5 of 5, 2 reviews" in page and WORDS in page and "A reader" in page and "Alice" in page
    data = json.loads(answer.content.decode().split('ld+json">')[1].split("</script>")[0])
    assert data["@graph"][0]["aggregateRating"] == {
        "@type": "AggregateRating", "ratingValue": "4.5", "reviewCount": 2, "bestRating": 5, "worstRating": 1,
    }  # fmt: skip
    assert "4.5 of 5 stars" in text(Client().get("/books/"))
    assert "2 reviews" in text(Client().get("/reviews/of/1/"))


def test_a_book_without_reviews_claims_none(emma):
    answer = Client().get(emma.get_absolute_url())
    assert "Nobody has reviewed this book yet." in text(answer) and "aggregateRating" not in answer.content.decode()


@pytest.mark.parametrize(
    "bought",
    [None, {"state": OrderState.PACKING}, {"state": OrderState.SHIPPED, "shipped": 0}, {"state": OrderState.CANCELLED}],
    ids=["never ordered", "not sent yet", "fell short", "cancelled"],
)
def test_who_has_not_got_the_book_cannot_review_it(bob, emma, buys, browser_of, bought):
    if bought:
        buys(bob, emma, **bought)
    browser = browser_of(bob)
    assert "Write a review" not in text(browser.get(emma.get_absolute_url()))
    assert browser.get("/reviews/new/1/").status_code == 403
    refused = send(browser)
    assert refused.status_code == 403 and "once a parcel with it has left" in text(refused)
    assert not Review.objects.exists()
    with pytest.raises(operations.NotBought):
        operations.write(bob, emma, rating=1, text=WORDS, signature="", now=None)


def test_a_guest_logs_in_first_and_an_order_as_a_guest_counts_once_it_is_claimed(alice, emma, buys, browser_of):
    assert Client().get("/reviews/new/1/").url == "/accounts/login/?next=/reviews/new/1/"
    EmailAddress.objects.update(verified=False)
    buys(None, emma, email="ALICE@example.org")
    EmailAddress.objects.update(verified=True)
    assert browser_of(alice).get("/reviews/new/1/").status_code == 403
    claim_orders(alice)
    assert send(browser_of(alice)).status_code == 302 and Review.objects.get().user == alice


def test_a_second_review_of_a_book_is_the_first_one_changed(hers, alice, emma):
    send(hers), send(hers)
    written = Review.objects.get()
    assert written.version == 1, "a form sent twice is one review"
    assert hers.get("/reviews/new/1/").url == f"/reviews/{written.pk}/"
    send(hers, text="On second thoughts, a delight.")
    assert [(each.text, each.version) for each in Review.objects.all()] == [("On second thoughts, a delight.", 2)]
    with pytest.raises(IntegrityError, match="one_review_per_buyer_and_book"):
        Review.objects.create(user=alice, book=emma, rating=1, text="x", written_at=written.written_at)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one_review(alice, emma, buys, says):
    buys(alice, emma)
    assert at_once(*[lambda: says(alice, emma)] * 10) == []
    assert Review.objects.get().version == 1


def test_changing_what_is_shown_hides_it_until_it_is_read_again(hers, alice, olga, emma, says, now):
    written = says(alice, emma)
    approve(written, by=olga, now=now)
    assert Rating.objects.get().count == 1
    path = f"/reviews/{written.pk}/"
    assert "we read it again" in text(hers.get(path))
    assert send(hers, path, text="Worse than I remembered it.", rating="2").status_code == 302
    written.refresh_from_db()
    assert (written.state, written.decided_at, written.decided_by) == (State.WAITING, None, None)
    assert "Worse than" not in text(Client().get(emma.get_absolute_url())) and Rating.objects.get().count == 0
    assert "waits to be read" in text(hers.get(emma.get_absolute_url()))


def test_a_refused_one_says_why_and_may_be_changed(hers, alice, olga, emma, says, now):
    written = says(alice, emma)
    approve(written, by=olga, now=now, state=State.REFUSED, reason="It tells the end.")
    assert "Not shown, because: It tells the end." in text(hers.get("/reviews/"))
    assert "It is not shown, because: It tells the end." in text(hers.get(f"/reviews/{written.pk}/"))
    send(hers, f"/reviews/{written.pk}/", text="I do not say how it ends.")
    written.refresh_from_db()
    assert (written.state, written.reason) == (State.WAITING, "")


def test_ones_own_is_deleted_and_the_sum_follows(hers, alice, olga, emma, says, now):
    written = says(alice, emma)
    approve(written, by=olga, now=now)
    assert hers.get(f"/reviews/{written.pk}/delete/").status_code == 405
    assert "Your review is deleted." in text(hers.post(f"/reviews/{written.pk}/delete/", follow=True))
    assert not Review.objects.exists() and Rating.objects.get().count == 0


def test_the_review_of_another_is_not_there(alice, bob, olga, emma, buys, says, browser_of):
    """L28"""
    buys(alice, emma), buys(bob, emma)
    written = says(alice, emma)
    for stranger in (bob, olga):
        other = browser_of(stranger)
        assert other.get(f"/reviews/{written.pk}/").status_code == 404
        assert send(other, f"/reviews/{written.pk}/", text="Changed by a stranger.").status_code == 404
        assert other.post(f"/reviews/{written.pk}/delete/").status_code == 404
        assert written.text not in text(other.get("/reviews/"))
    guest = Client()
    for path in ("/reviews/", f"/reviews/{written.pk}/"):
        assert guest.get(path).url.startswith("/accounts/login/")
    assert Review.objects.get().text == written.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"rating": ""}, "choose one to five stars"),
        ({"rating": "6"}, "Select a valid choice"),
        ({"rating": "0"}, "Select a valid choice"),
        ({"text": ""}, "what you think of the book"),
        ({"text": "Short."}, "at least 10 characters"),
        ({"text": "x" * 3001}, "at most 3000 characters"),
        ({"text": "With a NUL \0 in it."}, "Null characters are not allowed"),
        ({"signature": "x" * 61}, "at most 60 characters"),
    ],
)
def test_what_is_no_review_is_refused_beside_its_field_and_kept(hers, changes, told):
    answer = send(hers, **changes)
    assert answer.status_code == 400 and told in text(answer) and not Review.objects.exists()
    if "text" not in changes:
        assert WORDS in answer.content.decode()


def test_markup_is_shown_as_it_was_typed_and_runs_nowhere(hers, alice, olga, emma, now):
    evil = "</script><script>alert(1)</script> & <b>bold</b> \u202egnirts \U0001f600"
    send(hers, text=evil, signature="<i>A</i>")
    approve(Review.objects.get(), by=olga, now=now)
    for path in (emma.get_absolute_url(), "/reviews/of/1/"):
        page = Client().get(path).content.decode()
        assert "<script>alert" not in page and "<b>bold" not in page and "<i>A" not in page
        assert "&lt;b&gt;bold" in page
    owner = Client()
    owner.force_login(olga)
    assert "<b>bold" not in owner.get("/admin/reviews/review/").content.decode()


def test_nobody_floods_the_queue(alice, make_book, buys, says, now, browser_of):
    books = [make_book(pk) for pk in range(1, 12)]
    for book in books:
        buys(alice, book)
    for book in books[:10]:
        says(alice, book, at=timezone.now())
    refused = send(browser_of(alice), "/reviews/new/11/")
    assert refused.status_code == 400 and "10 reviews within an hour are enough" in text(refused)
    assert Review.objects.count() == 10
    says(alice, books[3], text="The one I had written I may still change.", at=timezone.now())
    says(alice, books[10], at=timezone.now() + timedelta(hours=1))


def test_pages_cost_the_same_for_one_and_for_sixty_reviews(alice, emma, buys, make_user, says, olga, now, browser_of):
    buys(alice, emma)
    browser, spent = browser_of(alice), []
    browser.get(emma.get_absolute_url())
    for people in (range(1), range(1, 60)):
        reviews = []
        for number in people:
            user = make_user(f"reader{number}")
            buys(user, emma)
            reviews.append(says(user, emma, 1 + number % 5))
        approve(*reviews, by=olga, now=now)
        paths = (emma.get_absolute_url(), "/reviews/of/1/", "/books/")
        spent.append([_statements(browser, path) for path in paths])
    assert spent[0] == spent[1] and spent[0][0] <= 8 and spent[0][1] <= 6
    assert "Read all 60 reviews" in text(browser.get(emma.get_absolute_url()))
    assert browser.get("/reviews/of/1/", {"page": "99"}).context["page"].number == 3


def _statements(browser, path) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert browser.get(path).status_code == 200
    return len(statements)


def test_who_deletes_the_account_takes_the_reviews_along(client, alice, olga, emma, buys, says, now):
    buys(alice, emma)
    approve(says(alice, emma, 4, WORDS), by=olga, now=now)
    OutboxMessage.objects.update(state=Deliverable.State.SENT)
    log_in(client, alice.email)
    show_it_is_me(client)
    told = json.loads(client.get("/account/data/file/").content)
    assert told["reviews"][0]["text"] == WORDS and told["reviews"][0]["title"] == "Emma"
    assert any("is shown" in letter["subject"] for letter in told["letters"])
    client.post("/account/delete/")
    assert not Review.objects.exists() and Rating.objects.get().count == 0
    assert WORDS not in text(Client().get(emma.get_absolute_url()))
    kept = Mail.objects.exclude(kind="goodbye")
    assert [(mail.kind, mail.to, mail.key) for mail in kept if alice.email in f"{mail.to} {mail.text} {mail.key}"] == []
