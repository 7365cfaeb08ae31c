"""What an attempt means for the next ones: a delivery that is refused waits, an endpoint that is down is left alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from shop.accounts.models import User
from shop.notifications.operations import write_mail
from shop.staff.roles import OWNERS
from shop.webhooks.line import Outcome
from shop.webhooks.models import Attempt, Delivery, Endpoint, Event

FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 12 * 3600  # of a delivery
LONGEST_REST_S = 3600  # of an endpoint
MOST_REFUSALS = 18  # two and a half days
ENOUGH_FAILURES = 3  # in a row: then it is the endpoint, and not the delivery
LEAST_TO_SWITCH_OFF = 10  # a partner to whom little is sent is not judged by two attempts
GONE = 410
PURGED_AT_ONCE = 2_000


def taken(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    """This function will write down that a partner has it."""
    with transaction.atomic(durable=True):
        _log(delivery, outcome, now=now)
        delivery.mark_sent(now=now)
        healthy = {"failures": 0, "failing_since": None, "next_at": None}
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(**healthy, last_success_at=now)


def failed(delivery: Delivery, outcome: Outcome, *, now: datetime, chance: Callable[[], float]) -> bool:
    """This function will write down that a partner did not take it, and when to try again.

    :returns: whether something else may be sent to this endpoint at once.
    """
    with transaction.atomic(durable=True):
        _log(delivery, outcome, now=now)
        _put_off(delivery, outcome, now=now, chance=chance)
        endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        if why := _why_off(endpoint, outcome, now=now):
            _switch_off(endpoint, why, now=now)
        elif outcome.pause_s or outcome.status is None or endpoint.failures >= ENOUGH_FAILURES:
            rest = max(outcome.pause_s, _growing(endpoint.failures, LONGEST_REST_S, chance))
            endpoint.next_at = now + timedelta(seconds=rest)
        endpoint.save(update_fields=["failures", "failing_since", "next_at", "switched_off_at", "why_off"])
    return endpoint.next_at is None and endpoint.switched_off_at is None


def purge(*, now: datetime) -> int:
    """This function will forget some of the events that are older than they are kept, and all that became of them."""
    old = Event.objects.filter(at__lt=now - settings.WEBHOOK_KEEP).order_by("at")
    old = list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE])
    if old:
        with transaction.atomic(durable=True):
            Attempt.objects.filter(delivery__event__in=old).delete()
            Delivery.objects.filter(event__in=old).delete()
            Event.objects.filter(pk__in=old).delete()
    return len(old)


def _log(delivery: Delivery, outcome: Outcome, *, now: datetime) -> None:
    Attempt.objects.create(delivery=delivery, at=now, status=outcome.status, ms=outcome.ms, said=outcome.said)


def _put_off(delivery: Delivery, outcome: Outcome, *, now: datetime, chance: Callable[[], float]) -> None:
    """Step: a partner that does not answer says nothing of this delivery; one that refuses it may do so for ever."""
    error = f"{outcome.status or 'No answer'}: {outcome.said}"
    if outcome.status is None:
        delivery.retry_later(error=error, now=now, pause=timedelta(seconds=1))
        return
    refusals = delivery.tries.exclude(status=None).count()
    if refusals >= MOST_REFUSALS:
        delivery.refuse(error=error, now=now)
        return
    pause = timedelta(seconds=_growing(refusals, LONGEST_PAUSE_S, chance))
    delivery.retry_later(error=error, now=now, pause=pause)


def _growing(times: int, longest_s: float, chance: Callable[[], float]) -> float:
    """Seconds that double with each failure, a fifth more or less, so that not all come again at the same moment."""
    return min(longest_s, FIRST_PAUSE_S * 2 ** min(times - 1, 20)) * (0.8 + 0.4 * chance())


def _why_off(endpoint: Endpoint, outcome: Outcome, *, now: datetime) -> str:
    if outcome.status == GONE:
        return "It answered 410 (gone): it wants nothing more."
    for_long = endpoint.failing_since <= now - settings.WEBHOOK_GIVE_UP_AFTER
    if for_long and endpoint.failures >= LEAST_TO_SWITCH_OFF:
        days = settings.WEBHOOK_GIVE_UP_AFTER.days
        return f"Nothing has been taken for {days} days, in {endpoint.failures} attempts. The last: {outcome.said}"[
            :300
        ]
    return ""


def _switch_off(endpoint: Endpoint, why: str, *, now: datetime) -> None:
    """Step: stop, and tell the owners once."""
    if endpoint.switched_off_at:
        return
    endpoint.switched_off_at, endpoint.why_off = now, why
    owners = User.objects.filter(Q(groups__name=OWNERS) | Q(is_superuser=True), is_active=True).distinct()
    for email in owners.values_list("email", flat=True):
        write_mail(
            event=f"webhook:{endpoint.pk}:{now:%Y%m%d%H%M%S}:{email}"[:120],
            kind="webhook_off",
            key=f"webhook:{endpoint.pk}",
            to=email,
            template="webhook_off",
            context={"endpoint": endpoint, "keep_days": settings.WEBHOOK_KEEP.days},
            now=now,
        )
