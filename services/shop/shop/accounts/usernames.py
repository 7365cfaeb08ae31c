"""Names by which programs log in beside the e-mail address, unique whatever the case. The pages know people by address."""

import re

from django.db import IntegrityError, transaction

from shop.accounts.models import User, Username

FORM = re.compile(r"[\w.+-]{1,60}", re.ASCII)


class BadUsername(Exception):
    """Not a name that can be used; the text is for who chose it."""


class UsernameTaken(BadUsername):
    def __init__(self):
        super().__init__("This username is taken. Please choose another.")


def check(name: str) -> str:
    """:raises BadUsername:"""
    if not FORM.fullmatch(name):
        raise BadUsername("A username has 1 to 60 letters, digits, and . + - _ only.")
    return name


def take(name: str, user: User | None) -> None:
    """Step: keep a name for a user, or for nobody, where the user is not to be told of: that, too, is a name taken.

    :raises UsernameTaken:
    """
    try:
        with transaction.atomic():
            Username.objects.create(name=check(name), user=user)
    except IntegrityError:
        raise UsernameTaken from None


def user_named(name: str) -> User | None:
    """The user of a name, in whatever case it is written."""
    if not FORM.fullmatch(name):
        return None
    found = Username.objects.select_related("user").filter(name__iexact=name).first()
    return found.user if found else None
