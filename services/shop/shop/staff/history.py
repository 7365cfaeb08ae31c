"""What staff did by programs stands where stands what they did by hand: in the history of the row, in the admin."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from shop.accounts.models import User


def note(about: Model, words: str, *, by: User) -> None:
    """Step: keep what somebody did to a row."""
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=str(about)[:200],
        action_flag=CHANGE,
        change_message=f"{words} (API)",
    )
