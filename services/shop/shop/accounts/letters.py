"""The letters that an account has had: those it has its own key for, and earlier ones by the addresses they tell of."""

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet

from shop.accounts.models import User
from shop.notifications.models import Mail
from shop.notifications.operations import account_key

MOVED = "email_changed"  # the kind of letter that goes to the address before, and names the one after
LONGEST_KEY = Mail._meta.get_field("key").max_length


def letters_of(user: User, *, addresses: set[str]) -> QuerySet[Mail]:
    """What was written to the account itself, at whatever address; letters about orders and talks have keys of their own.

    :param addresses: see addresses_of().
    """
    # Before an account's letters had its own key they had their address's.
    by_address = [f"account:{address}"[:LONGEST_KEY] for address in addresses]
    return Mail.objects.filter(Q(key__startswith=account_key(user.pk, "")) | Q(key__in=by_address))


def addresses_of(user: User) -> set[str]:
    """The confirmed addresses that an account has or had, as far as letters tell, less those that are another's by now."""
    known = {user.email, *EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)}
    newest = known
    while newest := _before(user, newest) - known:
        known |= newest
    others = EmailAddress.objects.exclude(user=user).filter(email__in=known, verified=True)
    return known - {*others.values_list("email", flat=True)}


def _before(user: User, addresses: set[str]) -> set[str]:
    """The addresses that letters of a change to one of these have gone to."""
    told = Q(key__startswith=account_key(user.pk, ""))
    for address in addresses:
        told |= Q(text__contains=f" to {address}.\n")
    return {*Mail.objects.filter(told, kind=MOVED).values_list("to", flat=True)}
