"""What owners do with endpoints: make one, change its secret, have it go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from shop.bell import ring_after_commit
from shop.sealing import seal, unseal
from shop.webhooks.models import Attempt, Delivery, Endpoint, Event, Kind
from shop.webhooks.signing import new_secret
from worker_bell import Topic

PURPOSE = b"webhook secrets"
OLD_SECRET_FOR = timedelta(days=1)
MOST_ENDPOINTS = 20  # each event is written once for each of them


def give_secret(endpoint: Endpoint) -> str:
    """Step: make the first secret of an endpoint that is about to be saved. It is in the answer and never shown again."""
    secret = new_secret()
    endpoint.secret = seal(secret, purpose=PURPOSE)
    return secret


def rotate(endpoint: Endpoint, *, now: datetime) -> str:
    """This function will make a new secret; for a day both sign, so that a partner changes over without losing anything.

    The one before the old one ends at once.
    """
    with transaction.atomic():
        locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        locked.old_secret, locked.old_secret_until = locked.secret, now + OLD_SECRET_FOR
        secret = give_secret(locked)
        locked.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return secret


def end_old_secret(endpoint: Endpoint) -> bool:
    """This function will let the newest secret sign alone, at once; False if it does already."""
    old = Endpoint.objects.filter(pk=endpoint.pk).exclude(old_secret="")
    return old.update(old_secret="", old_secret_until=None) == 1


def secrets_of(endpoint: Endpoint, *, now: datetime) -> list[str]:
    """The secrets that sign at this moment, the newest first. One that another SECRET_KEY sealed signs no more."""
    sealed = [endpoint.secret]
    if endpoint.old_secret and now < endpoint.old_secret_until:
        sealed.append(endpoint.old_secret)
    return [secret for text in sealed if (secret := unseal(text, purpose=PURPOSE))]


@dataclass(frozen=True)
class WentOn:
    """What it came to.

    :ivar was_stopped: whether it was switched off, or left alone for a while.
    :ivar sent_now: deliveries that had to wait, or were set aside, and are due at once.
    """

    was_stopped: bool
    sent_now: int


def go_on(endpoint: Endpoint, *, now: datetime) -> WentOn:
    """This function will have an endpoint served at once, also one that was switched off or paused.

    What waits for its next try is due now, and what was set aside is taken up again: all of it goes in its order. One that is
    not active is sent nothing.
    """
    healthy = {"failures": 0, "failing_since": None, "next_at": None, "switched_off_at": None, "why_off": ""}
    with transaction.atomic():
        stopped = Endpoint.objects.filter(pk=endpoint.pk).exclude(failures=0, switched_off_at=None)
        was_stopped = stopped.update(**healthy) == 1
        missed = Delivery.objects.filter(endpoint=endpoint.pk, endpoint__is_active=True)
        number = missed.filter(state=Delivery.State.WAITING, next_at__gt=now).update(next_at=now)
        number += send_again(missed.filter(state=Delivery.State.REFUSED), now=now)
    return WentOn(was_stopped, number)


def send_test(endpoint: Endpoint, *, now: datetime) -> Event:
    """This function will write an event for this endpoint alone, which says nothing but that it came."""
    with transaction.atomic():
        said = {"endpoint": endpoint.name}
        event = Event.objects.create(kind=Kind.TEST, subject=f"endpoint:{endpoint.pk}", data=said, at=now)
        key = f"{endpoint.pk}:{event.subject}"
        Delivery.objects.create(endpoint=endpoint, event=event, key=key, next_at=now, created_at=now)
        ring_after_commit(Topic.WEBHOOKS)
    return event


def remove(endpoint: Endpoint) -> None:
    """This function will forget an endpoint and all that was sent to it, however much that is."""
    with transaction.atomic():
        Endpoint.objects.select_for_update().get(pk=endpoint.pk)  # nothing more is written for it from here on
        Attempt.objects.filter(delivery__endpoint=endpoint).delete()
        Delivery.objects.filter(endpoint=endpoint).delete()
        Endpoint.objects.filter(pk=endpoint.pk).delete()


def replay(endpoint: Endpoint, *, since: datetime, now: datetime) -> int:
    """This function will send again whatever was due to an endpoint since then, under the same ids; how many."""
    return send_again(endpoint.deliveries.filter(event__at__gte=since), now=now)


def send_again(deliveries: QuerySet[Delivery], *, now: datetime) -> int:
    """This function will have deliveries made anew, whether they had arrived or not.

    One attempt more is another fencing token: a sender that is at one right now cannot close it any more.
    """
    anew = {"state": Delivery.State.WAITING, "next_at": now, "leased_until": None, "done_at": None}
    number = deliveries.update(**anew, attempts=F("attempts") + 1)
    ring_after_commit(Topic.WEBHOOKS)
    return number
