"""Reading carts, always through their owner."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum

from shop.accounts.models import User
from shop.cart.models import MAX_LINES, Cart, CartLine
from shop.catalogue.models import Book
from shop.coupons.pricing import Goods, Quote, Saving
from shop.coupons.tariff import delivery_in, quote_for
from shop.wishlist.models import WishlistEntry

SESSION_KEY = "cart"


def cart_of(request) -> Cart | None:
    """The visitor's own cart, None while there is none."""
    if request.user.is_authenticated:
        return Cart.objects.filter(user=request.user).first()
    key = request.session.get(SESSION_KEY)
    return Cart.objects.filter(key=key, user=None).first() if key else None


@dataclass(frozen=True)
class Belongings:
    """What is shown of a visitor's own on any page: copies in the cart, and the books on the wishlist."""

    copies: int
    wished: frozenset[int] = frozenset()


def belongings_of(request) -> Belongings:
    """This function will read both with one statement."""
    if not request.user.is_authenticated:
        return Belongings(_lines_of(request).aggregate(n=Sum("quantity"))["n"] or 0)
    copies = CartLine.objects.filter(cart__user=OuterRef("pk")).order_by().values("cart").annotate(n=Sum("quantity"))
    wished = WishlistEntry.objects.filter(user=OuterRef("pk")).values("book")
    mine = User.objects.filter(pk=request.user.pk)
    copies, wished = mine.values_list(Subquery(copies.values("n")), ArraySubquery(wished)).first() or (0, [])
    return Belongings(copies or 0, frozenset(wished))


@dataclass
class Basket:
    """What is in a visitor's cart right now: lines in the order they were added, each with its book's `available`.

    :ivar saving: what a coupon takes off.
    """

    lines: list[CartLine] = field(default_factory=list)
    saving: Saving | None = None

    @property
    def copies(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> list[Goods]:
        """Amounts in other currencies than the first line's are added to nothing: such a cart has no total."""
        lines = [line for line in self.lines if line.book.currency == self.currency]
        return [Goods(line.quantity, line.book.price, line.book.price_now) for line in lines]

    @property
    def quote(self) -> Quote:
        return quote_for(self.goods, self.currency, self.saving)

    @property
    def total(self) -> Decimal:
        return self.quote.total

    @property
    def to_free_delivery(self) -> Decimal | None:
        """How much more the goods must be worth to be sent free; None if that helps nothing."""
        free_from = delivery_in(self.currency).free_from
        return free_from - self.quote.goods if self.quote.delivery and free_from is not None else None

    @property
    def currency(self) -> str:
        return self.lines[0].book.currency if self.lines else "EUR"

    @property
    def currencies(self) -> list[str]:
        """An order takes one. A cart comes to hold several when a price changes its currency, or two carts become one."""
        return sorted({line.book.currency for line in self.lines})

    @property
    def is_mixed(self) -> bool:
        return len(self.currencies) > 1

    @property
    def lines_too_many(self) -> int:
        return max(0, len(self.lines) - MAX_LINES)

    @property
    def is_sellable(self) -> bool:
        return bool(self.lines) and not self.lines_too_many and not any(line.problem for line in self.lines)


def basket_of(request) -> Basket:
    """This function will read the visitor's cart in two statements, however long it is."""
    basket = Basket(list(_in_order(_lines_of(request))))
    if basket.is_mixed:
        for line in basket.lines:
            line.others_in = ", ".join(one for one in basket.currencies if one != line.book.currency)
    return basket


def _in_order(lines: QuerySet[CartLine]) -> QuerySet[CartLine]:
    books = Prefetch("book", Book.objects.with_available())
    return lines.select_related("cart").prefetch_related(books).order_by("added_at", "id")


def _lines_of(request) -> QuerySet[CartLine]:
    if request.user.is_authenticated:
        return CartLine.objects.filter(cart__user=request.user)
    if key := request.session.get(SESSION_KEY):
        return CartLine.objects.filter(cart=key, cart__user=None)
    return CartLine.objects.none()
