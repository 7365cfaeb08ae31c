"""Accounts that the machine sets up."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from shop.accounts.models import User
from shop.staff.roles import SHORT

ROLES = ("customer", *SHORT)


def ensure_user(email: str, *, role: str, password: str) -> bool:
    """This function will make an account, or give an existing one this role; True if it is new.

    Nothing is taken away: an existing account keeps its password, and an owner who is ensured as a customer stays one.
    Nobody becomes a superuser, for whom no table of roles holds: an owner is a member of the group, as in the store.
    """
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().filter(email=email.strip().lower()).first()
        is_new = user is None
        if is_new:
            user = User.objects.create_user(email, password)
        if role in SHORT:
            user.is_staff = True
            user.groups.add(Group.objects.get(name=SHORT[role]))
        user.save()
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return is_new
