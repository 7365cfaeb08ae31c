"""Emptying the shop, for demonstrations and tests of the first sync."""

from django.db import connection, transaction

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Book
from shop.coupons.models import Coupon, CouponUse, Discount
from shop.invoices.models import Invoice, Series
from shop.notifications.models import Mail
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.outbox.models import OutboxMessage
from shop.payments.models import Payment, PaymentEvent, PaymentNotice, Refund
from shop.reviews.models import Rating, Review
from shop.storelink.models import Comparison, ComparisonUnderWay, Feed, Retelling, SetAside, StoreEvent
from shop.wishlist.models import WishlistEntry

EMPTIED = (
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
    SetAside,
    Discount.books.through,
    Discount,
    Book,
)


def counts() -> dict[str, int]:
    return {str(model._meta.verbose_name_plural): model.objects.count() for model in EMPTIED}


def clear() -> None:
    """This function will empty all tables but the users', at once.

    The feed of books is read from its beginning next time. The feed of orders goes on from where it was: what it told
    before concerns orders that are gone.
    """
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in EMPTIED)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")
        Feed.objects.filter(name=Feed.Name.BOOKS).delete()
