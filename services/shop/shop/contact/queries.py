"""Reading what was written to customer service, for staff."""

from django.db.models import QuerySet

from shop.contact.models import Message


def messages(*, waiting_only: bool) -> QuerySet[Message]:
    """The newest first."""
    found = Message.objects.order_by("-at", "-pk")
    return found.filter(done_at=None) if waiting_only else found


def message(pk: int) -> Message | None:
    return Message.objects.filter(pk=pk).first()
