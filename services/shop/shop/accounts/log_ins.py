"""The browsers in which somebody is logged in, as rows that can be removed."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from shop.accounts.models import User


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Step: remove the sessions of a person, and with them all they remember; `but` is the key of one that goes on."""
    theirs = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    Session.objects.filter(pk__in=list(theirs.values_list("session_key", flat=True))).delete()
    theirs.delete()
