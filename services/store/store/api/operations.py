"""Give services their keys, and change them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from store.api.models import ServiceCredential, digest_of


def register(*, name: str, token: str, scopes: Sequence[str], overlap: timedelta, now: datetime) -> bool:
    """Let the service in by this token with exactly these scopes; answer whether the token is new.

    With a new token the older ones of the name end after the overlap. Repeating it changes nothing.
    """
    scopes = sorted(set(scopes))
    with transaction.atomic(durable=True):
        credential, new = ServiceCredential.objects.get_or_create(
            token_sha256=digest_of(token), defaults={"name": name, "scopes": scopes}
        )
        if new:
            older = ServiceCredential.objects.filter(name=name).exclude(pk=credential.pk)
            older.exclude(expires_at__lt=now + overlap).update(expires_at=now + overlap)
        elif (credential.name, sorted(credential.scopes)) != (name, scopes):
            credential.name, credential.scopes = name, scopes
            credential.save(update_fields=["name", "scopes"])
    return new


def scopes_of(name: str) -> list[str]:
    """The scopes of the service's newest credential; [] if it has none."""
    newest = ServiceCredential.objects.filter(name=name).order_by("-id").first()
    return newest.scopes if newest else []
