"""People read reviews and decide; each decision has one letter, and nothing is approved unread."""

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shopping import text
from tests.cart.test_two_at_once import at_once

from shop.accounts.models import User
from shop.notifications.models import Mail
from shop.reviews import moderating
from shop.reviews.models import Rating, Review
from shop.reviews.states import MOVES, IllegalMove, State

pytestmark = pytest.mark.django_db

LIST = "/admin/reviews/review/"


@pytest.fixture
def queue(alice, bob, emma, buys, says):
    """Two reviews of Emma that wait: Alice's and Bob's."""
    buys(alice, emma), buys(bob, emma)
    return [says(alice, emma, 5), says(bob, emma, 2, "I liked the weather in it, and nothing else.")]


@pytest.fixture
def staff(olga, browser_of):
    return browser_of(olga)


def press(browser, reviews, action, **more):
    """What the list sends: the chosen rows, and which version of each it showed."""
    shown = re.findall(r'name="seen" value="([\d:]+)"', browser.get(LIST).content.decode())
    sent = {"action": action, "_selected_action": [each.pk for each in reviews], "seen": shown, **more}
    return browser.post(LIST, sent, follow=True)


def letters() -> list[tuple]:
    return list(Mail.objects.filter(event__startswith="review:").order_by("pk").values_list("kind", "to"))


def test_many_are_approved_at_once_and_each_writer_hears_once(staff, queue, alice, bob, emma):
    assert "2 reviews: shown." in text(press(staff, queue, "approve"))
    assert letters() == [("review_approved", alice.email), ("review_approved", bob.email)]
    assert (Rating.objects.get().count, Rating.objects.get().stars) == (2, 7)
    assert "0 reviews: shown." in text(press(staff, queue, "approve"))
    assert len(letters()) == 2, "a second press tells nobody anything"
    letter = Mail.objects.filter(to=alice.email, kind="review_approved").get()
    assert emma.get_absolute_url() in letter.text and "“Emma”" in letter.subject


def test_refusing_asks_for_a_reason_which_the_writer_reads(staff, queue, bob):
    asked = press(staff, queue[1:], "refuse")
    assert "Refuse 1 review" in text(asked) and "the weather in it" in text(asked)
    assert press(staff, queue[1:], "refuse", apply="1", reason="").status_code == 400
    assert letters() == [] and Review.objects.filter(state=State.WAITING).count() == 2
    assert "1 review: not shown." in text(
        press(staff, queue[1:], "refuse", apply="1", reason="It is about the <weather>.")
    )
    assert letters() == [("review_refused", bob.email)]
    assert "The reason: It is about the <weather>." in Mail.objects.get(kind="review_refused").text
    assert queue[1].__class__.objects.get(pk=queue[1].pk).reason == "It is about the <weather>."


def test_what_is_shown_can_be_taken_down_and_that_is_told_too(staff, queue, alice):
    press(staff, queue[:1], "approve")
    press(staff, queue[:1], "refuse", apply="1", reason="Somebody else wrote it.")
    assert [kind for kind, to in letters() if to == alice.email] == ["review_approved", "review_refused"]
    assert Rating.objects.get().count == 0


def test_what_was_changed_since_it_was_read_is_not_approved_unread(staff, queue, says, alice, emma, olga):
    shown = re.findall(r'name="seen" value="([\d:]+)"', staff.get(LIST).content.decode())
    says(alice, emma, 5, "Buy cheap watches at my shop instead.")
    answer = staff.post(
        LIST, {"action": "approve", "_selected_action": [each.pk for each in queue], "seen": shown}, follow=True
    )
    assert "1 review: shown." in text(answer) and "1 review changed since you read them" in text(answer)
    assert Review.objects.get(user=alice).state == State.WAITING and len(letters()) == 1


def test_a_press_without_what_was_seen_decides_nothing(staff, queue):
    staff.post(LIST, {"action": "approve", "_selected_action": [each.pk for each in queue]}, follow=True)
    staff.post(LIST, {"action": "approve", "_selected_action": [queue[0].pk], "seen": "x:y:z"}, follow=True)
    assert letters() == [] and not Review.objects.exclude(state=State.WAITING).exists()


@pytest.mark.django_db(transaction=True)
def test_two_moderators_and_a_writer_at_once_leave_one_decision_and_a_true_sum(queue, olga, says, alice, emma, now):
    seen = {each.pk: each.version for each in queue}

    def approve():
        moderating.decide(seen, State.APPROVED, by=olga, now=now)

    def refuse():
        moderating.decide(seen, State.REFUSED, reason="No.", by=olga, now=now)

    def rewrite():
        says(alice, emma, 1, "Written anew, while they were deciding.")

    assert at_once(approve, approve, refuse, refuse, rewrite) == []
    shown = Review.objects.shown()
    assert Rating.objects.get().count == shown.count()
    assert Rating.objects.get().stars == sum(shown.values_list("rating", flat=True))
    told = Mail.objects.filter(event__startswith="review:").values_list("event", flat=True)
    decided = [review for review in Review.objects.all() if review.state != State.WAITING]
    for review in decided:
        assert [event for event in told if event.startswith(f"review:{review.pk}:{review.version}:")]
    assert len(told) <= 4, "each of two reviews is approved and refused once at most, whoever pressed twice"


def test_what_waits_stands_first_and_the_list_costs_the_same_for_many(staff, queue, make_user, emma, buys, says):
    press(staff, queue[:1], "approve")
    page = staff.get(LIST).content.decode()
    assert page.index("the weather in it") < page.index("A clever heroine")
    with CaptureQueriesContext(connection) as few:
        staff.get(LIST)
    for number in range(20):
        user = make_user(f"reader{number}")
        buys(user, emma)
        says(user, emma)
    with CaptureQueriesContext(connection) as many:
        staff.get(LIST)
    assert len(many) == len(few)


def test_owners_may_decide_and_who_may_only_look_or_nothing_may_not(queue, make_user, browser_of, alice):
    owner = make_user("Otto", is_staff=True)
    owner.groups.add(Group.objects.get(name="Owners"))
    looker = make_user("Lena", is_staff=True)
    looker.user_permissions.set(_permission("view_review"))
    nobody = make_user("Nora", is_staff=True)
    press(browser_of(looker), queue, "approve")
    assert letters() == []
    for stranger in (nobody, alice):
        assert browser_of(stranger).get(LIST, follow=True).status_code == 403
        assert browser_of(stranger).post(LIST, {"action": "approve"}, follow=True).status_code == 403
    press(browser_of(owner), queue, "approve")
    assert len(letters()) == 2


def _permission(codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename=codename)


def test_nobody_changes_the_words_of_another_or_adds_any(staff, queue):
    path = f"{LIST}{queue[0].pk}/change/"
    assert queue[0].text in text(staff.get(path))
    staff.post(path, {"text": "Put into their mouth.", "state": "approved"})
    assert Review.objects.get(pk=queue[0].pk).text == queue[0].text
    assert staff.get(f"{LIST}add/").status_code == 403 and staff.get(f"{LIST}{queue[0].pk}/delete/").status_code == 403


def test_a_writer_who_has_gone_stops_nobody(staff, queue, alice):
    User.objects.filter(pk=alice.pk).delete()
    assert "1 review: shown." in text(press(staff, queue[1:], "approve"))


@pytest.mark.parametrize("state", list(State))
def test_moves_that_are_not_in_the_table_are_refused(queue, state, now):
    review = queue[0]
    review.state = state
    for target in set(State) - MOVES[state]:
        with pytest.raises(IllegalMove):
            review.move_to(target, at=now)
