"""Giving and taking roles. Whoever gives a role must be allowed to by the table, and to do so to this very person."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from shop.accounts.models import User
from shop.staff.roles import GIVES, LETTERS


class NotYours(Exception):
    """This person, or this role, is not for whoever asked; the text is for them."""


def gives(actor: User) -> frozenset[str]:
    """The roles that this person may give and take."""
    if actor.is_superuser:
        return frozenset(LETTERS.values())
    return frozenset().union(*(GIVES.get(name, frozenset()) for name in names_of(actor)))


def may_edit(actor: User, person: User) -> bool:
    """Nobody edits themselves, a superuser but by another, or somebody who holds more than the actor could give."""
    if actor.pk == person.pk or (person.is_superuser and not actor.is_superuser):
        return False
    return actor.is_superuser or (names_of(person) <= gives(actor) and not person.user_permissions.exists())


def give_roles(person: User, roles: Iterable[str], *, by: User) -> None:
    """This function will let a person have exactly these roles; whoever has one may enter the admin.

    Groups that are no roles stay as they are. Part of the admin's own transaction.

    :raises NotYours:
    """
    roles = frozenset(roles)
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person.pk)
        if not may_edit(by, person):
            raise NotYours("This account holds more than you may give, so that you may not change it.")
        if beyond := roles - gives(by):
            raise NotYours(f"You may not give: {', '.join(sorted(beyond))}.")
        others = list(person.groups.exclude(name__in=LETTERS.values()))
        person.groups.set([*others, *Group.objects.filter(name__in=roles)])
        person.is_staff = bool(roles or others) or person.is_superuser or person.user_permissions.exists()
        person.save(update_fields=["is_staff"])


def names_of(person: User) -> frozenset[str]:
    return frozenset(person.groups.values_list("name", flat=True))
