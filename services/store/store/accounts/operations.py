"""Accounts of the staff."""

from django.contrib.auth.models import Group
from django.db import transaction

from store.accounts.models import User
from store.accounts.roles import GROUP_OF_ROLE


def ensure_user(*, email: str, role: str, password: str, name: str = "") -> bool:
    """Make the account if it is missing, and see that it is in its role's group; answer whether it is new.

    The password of an existing account is left alone.
    """
    with transaction.atomic(durable=True):
        user = User.objects.filter(email__iexact=email).first()
        new = user is None
        if new:
            user = User.objects.create_user(email, password, name=name, is_staff=True)
        elif not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        user.groups.add(Group.objects.get(name=GROUP_OF_ROLE[role]))
    return new
