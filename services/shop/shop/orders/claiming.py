"""Orders that somebody placed as a guest come to their account, once it has shown that the address is theirs."""

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from shop.accounts.models import User
from shop.notifications import choices
from shop.orders.models import Order


def owner_of(email: str) -> User | None:
    """Whose confirmed address it is: what a guest orders with it from now on is theirs at once."""
    return User.objects.filter(emailaddress__email=email.strip().lower(), emailaddress__verified=True).first()


def claim_orders(user: User) -> int:
    """This function will give a user the guest orders of all their confirmed addresses, and what was chosen with them.

    Safe to repeat.

    :returns: how many came.
    """
    confirmed = [
        email.lower() for email in EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    ]
    if not confirmed:
        return 0
    choices.claim(user, addresses=confirmed)
    theirs = Order.objects.filter(user=None).annotate(lower_email=Lower("email")).filter(lower_email__in=confirmed)
    return theirs.update(user=user)
