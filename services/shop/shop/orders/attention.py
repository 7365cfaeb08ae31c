"""A person has looked at what called for one, and says what came of it."""

from datetime import datetime

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from shop.accounts.models import User
from shop.orders.models import Order

MARK = "attention: "


class NotSoAnyMore(Exception):
    """The order calls for nothing, or for something else than what was read; the text is for the person."""


def settle(order: Order, *, seen: str, who: User, reason: str, now: datetime) -> None:
    """This function will clear an order's call for attention, and keep what it was, who did it and why.

    :param seen: the call as that person read it: a newer one stays.
    :raises NotSoAnyMore:
    """
    with transaction.atomic(durable=True):
        if not seen or not Order.objects.filter(pk=order.pk, attention=seen).update(attention=""):
            raise NotSoAnyMore("Nothing was changed: the order calls for nothing, or for something new. Look again.")
        LogEntry.objects.create(
            user=who,
            content_type=ContentType.objects.get_for_model(Order),
            object_id=str(order.pk),
            object_repr=str(order),
            action_flag=CHANGE,
            action_time=now,
            change_message=f"{MARK}“{seen}” settled by {who.email}: {reason}",
        )


def settled(order: Order) -> list[LogEntry]:
    """What was settled of an order, for its story."""
    kept = LogEntry.objects.filter(object_id=str(order.pk), change_message__startswith=MARK)
    return list(kept.filter(content_type=ContentType.objects.get_for_model(Order)).order_by("id"))
