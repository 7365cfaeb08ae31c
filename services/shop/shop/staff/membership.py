"""One role of one person, given or taken; by the rules of `giving`, which is about all of them at once."""

from django.db import transaction

from shop.accounts.models import User
from shop.staff import giving, history
from shop.staff.roles import LETTERS


def put_in(person: User, role: str, *, by: User) -> None:
    """This function will give a role; doing it again is harmless.

    :raises giving.NotYours:
    """
    _change(person, role, wanted=True, by=by)


def take_out(person: User, role: str, *, by: User) -> None:
    """This function will take a role; doing it again is harmless.

    :raises giving.NotYours:
    """
    _change(person, role, wanted=False, by=by)


def _change(person: User, role: str, *, wanted: bool, by: User) -> None:
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update().get(pk=person.pk)
        before = giving.names_of(person) & set(LETTERS.values())
        if role not in giving.gives(by) or not giving.may_edit(by, person):
            raise giving.NotYours("You may not give or take this role, or not change this account.")
        after = before | {role} if wanted else before - {role}
        if after == before:
            return
        giving.give_roles(person, after, by=by)
        history.note(person, f"Roles: {', '.join(sorted(after)) or 'none'}.", by=by)
