"""An endpoint that fails is switched off and goes on again; what was sent is sent again, and forgotten in the end."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.webhooks.conftest import THEN, fresh, states

from shop.notifications.models import Mail
from shop.webhooks import endpoints, minding
from shop.webhooks.models import Attempt, Delivery, Event

pytestmark = pytest.mark.django_db
State = Delivery.State


def test_an_endpoint_that_fails_for_days_is_switched_off_the_owners_hear_of_it_once_and_it_can_go_on(
    partner, make_endpoint, make_user, olga, due, send, clock
):
    endpoint = make_endpoint(partner, wants_stock=True)
    due(endpoint, 2)
    partner.usual = "hang up"
    while not fresh(endpoint).switched_off_at:
        send()
        clock.now = fresh(endpoint).next_at or clock.now
        assert clock.now < THEN + timedelta(days=4)
    assert clock.now >= THEN + timedelta(days=3) and fresh(endpoint).failures >= minding.LEAST_TO_SWITCH_OFF
    letter = Mail.objects.get(kind="webhook_off")
    assert letter.to == olga.email and "Nothing has been taken for 3 days" in letter.text and partner.url in letter.text
    clock.later(days=1)
    assert send().failed == 0, "nothing is tried any more"
    partner.usual = 204
    assert endpoints.go_on(endpoint, now=clock()).was_stopped and send().taken == 2
    assert endpoints.go_on(endpoint, now=clock()) == endpoints.WentOn(was_stopped=False, sent_now=0)


def test_going_on_sends_at_once_what_waits_for_hours_and_what_was_set_aside(
    partner, make_endpoint, due, send, clock, capsys
):
    endpoint = make_endpoint(partner, switched_off_at=clock(), failures=12, failing_since=clock())
    others = make_endpoint(name="Others")
    rows, (theirs,) = due(endpoint, 3, subject="book:1"), due(others)
    Delivery.objects.update(next_at=clock() + timedelta(hours=12), attempts=5)
    Delivery.objects.filter(pk=rows[0].pk).update(state=State.REFUSED, done_at=clock())
    Delivery.objects.filter(pk=rows[2].pk).update(state=State.SENT, done_at=clock())
    came = endpoints.go_on(endpoint, now=clock())
    assert came == endpoints.WentOn(was_stopped=True, sent_now=2)
    assert send().taken == 2 and partner.ids == [row.event.public_id for row in rows[:2]], "in their order"
    assert fresh(theirs).next_at > clock()
    by_the_commands_clock = timezone.now() + timedelta(hours=12)
    Delivery.objects.filter(pk=theirs.pk).update(next_at=by_the_commands_clock)
    call_command("webhooks", "go-on", others.name)
    assert "1 that had to wait or were set aside are sent now." in capsys.readouterr().out


def test_going_on_sends_nothing_to_one_that_is_not_active(make_endpoint, due, clock):
    endpoint = make_endpoint(is_active=False, wants_stock=True)
    due(endpoint)
    Delivery.objects.update(state=State.REFUSED)
    assert endpoints.go_on(endpoint, now=clock()).sent_now == 0 and states(endpoint) == [State.REFUSED]


def test_a_partner_that_says_it_is_gone_is_asked_no_more(partner, make_endpoint, due, send, olga):
    endpoint = make_endpoint(partner)
    due(endpoint, 2)
    partner.usual = 410
    assert send().failed == 1 and "410" in fresh(endpoint).why_off
    assert Mail.objects.filter(kind="webhook_off").count() == 1


def test_one_or_all_since_a_time_are_sent_again_under_their_ids(partner, make_endpoint, due, send, clock, capsys):
    endpoint = make_endpoint(partner)
    (early,) = due(endpoint)
    clock.later(hours=1)
    late, latest = due(endpoint, 2)
    send()
    partner.heard.clear()
    call_command("webhooks", "replay", endpoint.name, "--since", "2026-11-26T10:30")
    assert "2 will be sent again." in capsys.readouterr().out
    Delivery.objects.update(next_at=clock())
    send()
    assert partner.ids == [late.event.public_id, latest.event.public_id]
    call_command("webhooks", "replay", endpoint.name, "--delivery", str(early.pk))
    Delivery.objects.update(next_at=clock())
    send()
    assert partner.ids[2:] == [early.event.public_id] and Attempt.objects.filter(delivery=early).count() == 2
    for wrong in (["--since", "yesterday"], ["--delivery", "999999"]):
        with pytest.raises(CommandError):
            call_command("webhooks", "replay", endpoint.name, *wrong)
    with pytest.raises(CommandError, match="There is no webhook named"):
        call_command("webhooks", "go-on", "Nobody")
    call_command("webhooks", "list")
    assert "Warehouse Ltd" in capsys.readouterr().out


def test_a_sender_that_was_overtaken_by_a_replay_closes_nothing(make_endpoint, due, clock):
    endpoint = make_endpoint()
    due(endpoint)
    claimed = Delivery.claim_of(endpoint, now=clock())
    endpoints.send_again(endpoint.deliveries.all(), now=clock())
    assert not claimed.mark_sent(now=clock()) and states(endpoint) == [State.WAITING]


def test_what_is_old_is_forgotten_with_all_that_became_of_it(partner, make_endpoint, due, send, clock):
    endpoint = make_endpoint(partner)
    due(endpoint, 2)
    send()
    clock.later(days=20)
    (young,) = due(endpoint, 1)
    assert minding.purge(now=clock() + timedelta(days=9)) == 0
    assert minding.purge(now=clock() + timedelta(days=11)) == 2
    assert list(Delivery.objects.all()) == [young] and Event.objects.count() == 1 and Attempt.objects.count() == 0
