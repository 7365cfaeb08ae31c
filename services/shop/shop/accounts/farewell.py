"""A customer goes: the orders stay, since the books must add up, and the person is taken out of them."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from shop.accounts.models import User
from shop.chat.tidying import forget as forget_talks
from shop.contact.operations import forget as forget_messages
from shop.coupons.models import CouponUse
from shop.notifications import choices
from shop.notifications.models import Mail
from shop.notifications.operations import FORGOTTEN_ONCE_SENT, blank, write_mail
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
    """This function will remove a person: the account, the address book, the wishlist, their reviews and talks, and name and
    address in their orders and mails.

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
        own_key = f"account:{email}"[:100]
        letters = Mail.objects.filter(key__in=[*keys, own_key, email[:100]])
        letters.filter(state=Deliverable.State.WAITING).update(state=Deliverable.State.GIVEN_UP, done_at=now)
        blank(letters)
        letters.filter(key=own_key).update(key="account:removed")
        OutboxMessage.objects.filter(key__in=[*keys, *told], state=Deliverable.State.SENT).update(
            body={"removed": True}
        )
        reviews.forget(user)
        forget_messages(user)
        choices.forget(user)
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
