"""The address book of a customer. Every entry is found through its owner (L28)."""

from datetime import datetime

from django.db import connection, transaction

from shop.accounts.models import Address, User

MOST_ADDRESSES = 20
PARTS = ("name", "line1", "line2", "postcode", "city", "country", "phone")
_NAMES, _VALUES = ", ".join(PARTS), ", ".join(f"%({part})s" for part in PARTS)
# The first entry of a book is its default, and a full book takes none.
ADD = f"""
    INSERT INTO accounts_address (user_id, is_default, used_at, {_NAMES})
    SELECT %(user)s, count(*) = 0, %(now)s, {_VALUES} FROM accounts_address WHERE user_id = %(user)s
    HAVING count(*) < %(most)s
"""
MARK = f"UPDATE accounts_address SET used_at = %(now)s WHERE user_id = %(user)s AND ({_NAMES}) = ({_VALUES})"
REMEMBER = f"WITH known AS ({MARK} RETURNING id) {ADD} AND NOT EXISTS (SELECT FROM known)"


class TooManyAddresses(Exception):
    """The book is full; an old entry has to go first."""


def addresses_of(user: User) -> list[Address]:
    return list(user.addresses.default_first()) if user.is_authenticated else []


def address_of(user: User, pk: int) -> Address | None:
    return user.addresses.filter(pk=pk).first()


def add_address(user: User, address: Address, *, now: datetime) -> Address:
    """This function will write a new entry; the first one is the default.

    :raises TooManyAddresses:
    """
    with transaction.atomic(durable=True):
        if not _write(ADD, user, {part: getattr(address, part) for part in PARTS}, now=now):
            raise TooManyAddresses(f"Your address book holds {MOST_ADDRESSES} addresses. Please remove one first.")
        return user.addresses.latest("pk")


def remember_address(user: User, parts: dict[str, str], *, now: datetime) -> None:
    """This function will keep an address that was typed at checkout; one that is in the book already is only marked.

    A full book stays as it is: an order does not fail for that.
    """
    with connection.cursor() as cursor:  # as a rule it is known; to mark it needs no lock
        cursor.execute(MARK, {**parts, "user": user.pk, "now": now})
        if cursor.rowcount:
            return
    with transaction.atomic(durable=True):
        _write(REMEMBER, user, parts, now=now)


def make_default(user: User, address: Address) -> None:
    with transaction.atomic(durable=True):
        _lock(user)
        user.addresses.filter(is_default=True).exclude(pk=address.pk).update(is_default=False)
        user.addresses.filter(pk=address.pk).update(is_default=True)


def remove_address(user: User, address: Address) -> None:
    """This function will take an entry out of the book; if it was the default, the one used last becomes it."""
    with transaction.atomic(durable=True):
        _lock(user)
        user.addresses.filter(pk=address.pk).delete()
        following = user.addresses.default_first().first()
        if following and not following.is_default:
            user.addresses.filter(pk=following.pk).update(is_default=True)


def _write(statement: str, user: User, parts: dict[str, str], *, now: datetime) -> int:
    """Step: write an entry into the locked book; how many were written."""
    _lock(user)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parts, "user": user.pk, "now": now, "most": MOST_ADDRESSES})
        return cursor.rowcount


def _lock(user: User) -> None:
    """Two changes of one book take turns, so that there is one default and no entry too many."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
