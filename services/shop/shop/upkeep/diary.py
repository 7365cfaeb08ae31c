"""Who did what about the road: kept among the admin's own log entries, and in the log."""

import logging

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from shop.accounts.models import User

log = logging.getLogger(__name__)

MARK = "sync page: "


def note(who: User, about: Model | None, did: str) -> None:
    """This function will write down what a person did; in the transaction that does it, where there is one.

    :param about: the row it was done to; None if it is none of our rows.
    """
    LogEntry.objects.create(
        user=who,
        content_type=ContentType.objects.get_for_model(about) if about else None,
        object_id=str(about.pk) if about else None,
        object_repr=str(about or "Dead letters")[:200],
        action_flag=CHANGE,
        change_message=f"{MARK}{did}",
    )
    log.warning("%s (%s) on the sync page: %s", who.email, about or "dead letters", did)


def latest(number: int = 10) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(change_message__startswith=MARK).select_related("user").order_by("-id")[:number]
