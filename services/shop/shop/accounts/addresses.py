"""The address book of a customer. Every entry is found through its owner (L28)."""

from datetime import datetime

from django.db import transaction

from shop.accounts.models import Address, User

MOST_ADDRESSES = 20
PARTS = ("name", "line1", "line2", "postcode", "city", "country", "phone")


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
        return _add(user, address, now=now)


def remember_address(user: User, parts: dict[str, str], *, now: datetime) -> None:
    """This function will keep an address that was typed at checkout; one that is in the book already is only marked.

    A full book stays as it is: an order does not fail for that.
    """
    with transaction.atomic(durable=True):
        if user.addresses.filter(**parts).update(used_at=now):
            return
        try:
            _add(user, Address(**parts), now=now)
        except TooManyAddresses:
            return


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


def _add(user: User, address: Address, *, now: datetime) -> Address:
    _lock(user)
    there = user.addresses.count()
    if there >= MOST_ADDRESSES:
        raise TooManyAddresses(f"Your address book holds {MOST_ADDRESSES} addresses. Please remove one first.")
    address.user, address.used_at, address.is_default = user, now, there == 0
    address.save(force_insert=True)
    return address


def _lock(user: User) -> None:
    """Two changes of one book take turns, so that there is one default and no entry too many."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
