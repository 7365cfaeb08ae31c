"""Emptying the shop, for demonstrations and tests of the first sync."""

from django.db import connection, transaction

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Book
from shop.chat.models import Message, Room
from shop.coupons.models import Coupon, CouponUse, Discount
from shop.invoices.models import Invoice, Series
from shop.live.models import Change
from shop.notifications.models import Mail
from shop.orders.models import Order, OrderEvent, OrderLine, Parcel
from shop.outbox.models import OutboxMessage
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund
from shop.returns.models import Return, ReturnEvent, ReturnLine
from shop.reviews.models import Rating, Review
from shop.storelink.models import Comparison, ComparisonUnderWay, Feed, Retelling, SetAside, StoreEvent
from shop.webhooks.models import Attempt, Delivery, Event
from shop.wishlist.models import WishlistEntry

EMPTIED = (
    Message,
    Room,
    ReturnEvent,
    ReturnLine,
    Return,
    PaymentNotice,
    PaymentEvent,
    Refund,
    Payment,
    Invoice,
    Series,
    StoreEvent,
    Retelling,
    Comparison,
    ComparisonUnderWay,
    OrderEvent,
    Change,
    Parcel,
    OrderLine,
    OutboxMessage,
    Mail,
    CouponUse,
    Coupon,
    Order,
    CartLine,
    Cart,
    WishlistEntry,
    Review,
    Rating,
    Attempt,
    Delivery,
    Event,
    SetAside,
    Discount.books.through,
    Discount,
    Book,
)


def counts() -> dict[str, int]:
    return {str(model._meta.verbose_name_plural): model.objects.count() for model in EMPTIED}


def clear() -> None:
    """This function will empty all tables but the users', at once.

    The feed of books is read from its beginning next time. The feeds of orders and returns go on from where they were: what they told
    before concerns orders that are gone.
    """
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in EMPTIED)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")
        Feed.objects.filter(name=Feed.Name.BOOKS).delete()
