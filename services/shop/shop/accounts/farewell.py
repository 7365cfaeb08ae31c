"""A customer goes: the orders stay, since the books must add up, and the person is taken out of them."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from shop.accounts.letters import addresses_of, letters_of
from shop.accounts.log_ins import end_sessions
from shop.accounts.models import User
from shop.chat.tidying import forget as forget_talks
from shop.contact.operations import forget as forget_messages
from shop.coupons.models import CouponUse
from shop.notifications import choices
from shop.notifications.models import Mail
from shop.notifications.operations import FORGOTTEN_ONCE_SENT, LONGEST_KEY, blank, write_mail
from shop.orders.models import Order
from shop.orders.queries import orders_of
from shop.orders.states import State
from shop.outbox.models import Deliverable, OutboxMessage
from shop.payments.models import Refund
from shop.returns.models import OVER, Return
from shop.reviews import operations as reviews

OPEN = frozenset(
    {
        State.AWAITING_PAYMENT,
        State.PLACED,
        State.ACCEPTED,
        State.PACKING,
        State.PARTLY_SHIPPED,
        State.CANCEL_REQUESTED,
    }
)
SHIP = ("ship_name", "ship_line1", "ship_line2", "ship_postcode", "ship_city", "ship_phone", "note")
BILL = ("bill_name", "bill_line1", "bill_line2", "bill_postcode", "bill_city")


class StillUnderWay(Exception):
    """Something needs the person still: an order on its way, books that were sent back, or money that goes back."""


def open_orders_of(user: User) -> QuerySet[Order]:
    return orders_of(user).filter(state__in=OPEN)


def forget(user: User, *, now: datetime) -> None:
    """This function will remove a person: the account, the address book, the wishlist, their reviews and talks, the browsers
    they are logged in with, and name and address in their orders and mails, to whichever address of theirs these went.

    A last letter tells that it was done; it is the only thing that still knows the address, until it is sent.

    :raises StillUnderWay: nothing is removed then.
    """
    email = user.email
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user.pk)
        _refuse_if_needed(user)
        numbers = list(Order.objects.filter(user=user).values_list("number", flat=True))
        keys = [str(number) for number in numbers]
        keys += forget_talks(user)
        Order.objects.filter(pk__in=numbers).update(user=None, email="", **dict.fromkeys(SHIP + BILL, ""))
        returns = Return.objects.filter(order__in=numbers)
        told = [str(number) for number in returns.values_list("number", flat=True)]
        returns.update(words="")
        CouponUse.objects.filter(order__in=numbers).update(customer="")
        addresses = addresses_of(user)
        to_the_account = list(letters_of(user, addresses=addresses).values_list("pk", flat=True))
        keys += [address[:LONGEST_KEY] for address in addresses]
        letters = Mail.objects.filter(Q(key__in=keys) | Q(pk__in=to_the_account))
        letters.filter(state=Deliverable.State.WAITING).update(state=Deliverable.State.GIVEN_UP, done_at=now)
        blank(letters)
        Mail.objects.filter(pk__in=to_the_account).update(key="account:removed")
        OutboxMessage.objects.filter(key__in=[*keys, *told], state=Deliverable.State.SENT).update(
            body={"removed": True}
        )
        reviews.forget(user)
        forget_messages(user, addresses=addresses)
        choices.forget(addresses)
        end_sessions(user)
        user.delete()
        write_mail(
            event=f"account:goodbye:{uuid4()}",
            kind=FORGOTTEN_ONCE_SENT,
            key="account:goodbye",
            to=email,
            template="goodbye",
            context={},
            now=now,
        )


def _refuse_if_needed(user: User) -> None:
    if user.is_staff:
        raise StillUnderWay("This is an account of staff. Ask an owner to take it out of its groups first.")
    if number := open_orders_of(user).count():
        said = "an order is" if number == 1 else f"{number} orders are"
        raise StillUnderWay(
            f"{said.capitalize()} still on the way to you. Cancel, or wait until it has come; then delete."
        )
    if Refund.objects.filter(payment__order__user=user, state=Deliverable.State.WAITING).exists():
        raise StillUnderWay("Money is on its way back to you. Please delete the account when it has arrived.")
    if Return.objects.filter(order__user=user).exclude(state__in=OVER).exists():
        raise StillUnderWay("Books that you sent back are not dealt with yet. Please delete the account when they are.")
