"""What waits for a person, for the admin's first page. Another kind is one line in WAITING."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from shop.accounts.models import User
from shop.chat.queries import waiting as waiting_talks
from shop.contact.models import Message
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import Deliverable, OutboxMessage
from shop.payments.models import Refund
from shop.reviews.models import Review
from shop.webhooks.models import Endpoint

MOST = 1000  # counted no further: nobody works through more by hand


@dataclass(frozen=True)
class Waiting:
    """:ivar permission: who has it is shown the number. :ivar there: the admin's list, and what it is filtered by."""

    one: str
    many: str
    permission: str
    there: str
    asked: str
    rows: Callable

    @property
    def url(self) -> str:
        return f"{reverse(f'admin:{self.there}_changelist')}?{self.asked}"

    def count(self) -> int:
        return self.rows().order_by().values("pk")[:MOST].count()


REFUSED = Deliverable.State.REFUSED
WAITING = (
    Waiting("order that needs attention", "orders that need attention", "staff.settle_order", "orders_order",
            "attention=yes", lambda: Order.objects.exclude(attention="")),
    Waiting("talk that waits for an answer", "talks that wait for an answer", "chat.change_room", "chat_room",
            "waiting=yes", lambda: waiting_talks(now=timezone.now())),
    Waiting("message from the contact page", "messages from the contact page", "contact.change_message", "contact_message",
            "waiting=yes", lambda: Message.objects.filter(done_at=None)),
    Waiting("review to read", "reviews to read", "reviews.change_review", "reviews_review",
            "state__exact=waiting", lambda: Review.objects.filter(state="waiting")),
    Waiting("refund for a person", "refunds for a person", "payments.change_refund", "payments_refund",
            "state__exact=refused", lambda: Refund.objects.filter(state=REFUSED)),
    Waiting("letter that could not be sent", "letters that could not be sent", "notifications.change_mail",
            "notifications_mail", "state__exact=refused", lambda: Mail.objects.filter(state=REFUSED)),
    Waiting("message that the store refused", "messages that the store refused", "outbox.change_outboxmessage",
            "outbox_outboxmessage", "state__exact=refused", lambda: OutboxMessage.objects.filter(state=REFUSED)),
    Waiting("webhook that was switched off", "webhooks that were switched off", "webhooks.change_endpoint",
            "webhooks_endpoint", "switched_off_at__isnull=False", lambda: Endpoint.objects.exclude(switched_off_at=None)),
)  # fmt: skip


@dataclass(frozen=True)
class Counted:
    number: int
    words: str
    url: str


def waiting_for(user: User) -> list[Counted]:
    """What this person could do something about, and how much of it there is."""
    found = [(kind, kind.count()) for kind in WAITING if user.has_perm(kind.permission)]
    return [Counted(number, kind.one if number == 1 else kind.many, kind.url) for kind, number in found]
