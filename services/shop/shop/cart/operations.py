"""Changing carts. Every change locks the cart's row first, so two tabs, two devices or a double click take turns."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from shop.cart.models import MAX_LINES, MAX_QUANTITY, Cart, CartLine
from shop.catalogue.models import Book

TAKE = """
    WITH mine AS MATERIALIZED (SELECT key FROM cart_cart WHERE key = %(cart)s FOR UPDATE), taken AS (
        DELETE FROM cart_cartline AS line USING mine
        WHERE line.cart_id = mine.key AND (%(book)s::numeric IS NULL OR line.book_id = %(book)s::numeric) RETURNING line.*
    )
    SELECT * FROM taken ORDER BY added_at, id
"""
THROW_AWAY = """
    WITH lines AS (DELETE FROM cart_cartline WHERE cart_id = %s) DELETE FROM cart_cart WHERE key = %s
"""
# A cart and all its lines at once: no transaction is needed around one statement.
OF_ITEMS = """
    WITH cart AS (INSERT INTO cart_cart (key, created_at) VALUES (%(cart)s, now()) RETURNING key)
    INSERT INTO cart_cartline (cart_id, book_id, quantity, price_when_added, added_at)
    SELECT cart.key, item.book, item.quantity, item.price, now() FROM cart, unnest(
        %(books)s::bigint[], %(quantities)s::smallint[], %(prices)s::numeric[]) WITH ORDINALITY AS item (book, quantity, price, n)
    ORDER BY item.n
"""


class CartRefused(Exception):
    """A change that the cart does not take; the text is for the shopper."""


class BadQuantity(CartRefused):
    """Not a whole number of copies from 1 to 99."""

    def __init__(self):
        super().__init__(f"Please choose a whole number from 1 to {MAX_QUANTITY}.")


class TooManyCopies(CartRefused):
    """The copies already in the cart and the new ones together are more than one order may hold."""

    def __init__(self, have: int):
        super().__init__(f"We sell at most {MAX_QUANTITY} copies of one book; you have {have} in your cart.")


class TooManyLines(CartRefused):
    """More different books than one order may hold."""

    def __init__(self):
        super().__init__(f"A cart holds {MAX_LINES} different books. Please order or remove some first.")


class OtherCurrency(CartRefused):
    """Its price is in another currency than what is in the cart; an order takes one."""

    def __init__(self, book: Book, others: str):
        super().__init__(
            f"“{book}” is priced in {book.currency}, and your cart holds books in {others}. An order takes one currency: "
            f"please order or remove those first."
        )


class NotSold(CartRefused):
    """The book is unknown, retired or out of stock: see its kinds."""

    def __init__(self, told: str, book_id: int):
        super().__init__(told)
        self.book_id = book_id


class UnknownBook(NotSold):
    def __init__(self, book_id: int):
        super().__init__("We do not know this book.", book_id)


class Retired(NotSold):
    def __init__(self, book: Book):
        super().__init__(f"“{book}” is no longer sold.", book.pk)


class NoneLeft(NotSold):
    def __init__(self, book: Book, wanted: int):
        super().__init__(f"“{book}” is not in stock at the moment.", book.pk)
        self.wanted = wanted


class NoSuchCart(CartRefused):
    """The guest's cart was poured into an account's by a log-in in another tab."""

    def __init__(self):
        super().__init__("Your cart has moved into your account. Please load the page again.")


class NoSuchLine(CartRefused):
    """The book is not in the cart (any more)."""

    def __init__(self):
        super().__init__("That book is no longer in your cart.")


def quantity_from(text: object) -> int:
    """This function will read what a shopper typed as a number of copies, 1 to 99.

    :raises BadQuantity: for anything else; letters, fractions, signs, nothing, 0 and 10⁹ alike.
    """
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4 and 1 <= int(digits) <= MAX_QUANTITY):
        raise BadQuantity
    return int(digits)


def is_none(text: str) -> bool:
    """Whether somebody typed that they want no copy any more."""
    return text.strip().isascii() and text.strip()[:1].isdigit() and not text.strip().strip("0")


def add(cart: Cart, *, book_id: int, quantity: int = 1) -> CartLine:
    """This function will put copies of a book into the cart, on top of those already there.

    :raises CartRefused: see its kinds; nothing is changed then.
    """
    with transaction.atomic(durable=True):
        return put_in(cart, book_id=book_id, quantity=quantity)


def put_in(cart: Cart, *, book_id: int, quantity: int) -> CartLine:
    """Step: see add()."""
    _check(quantity)
    _lock(cart)
    book = _sold(Book.objects.with_available().filter(pk=book_id).first(), book_id)
    if book.available < 1:
        raise NoneLeft(book, quantity)
    line = cart.lines.filter(book=book).first()
    if line is None:
        currencies = list(cart.lines.values_list("book__currency", flat=True))
        if len(currencies) >= MAX_LINES:
            raise TooManyLines
        if others := sorted({*currencies} - {book.currency}):
            raise OtherCurrency(book, " and ".join(others))
        return cart.lines.create(book=book, quantity=quantity, price_when_added=book.price_now)
    if line.quantity + quantity > MAX_QUANTITY:
        raise TooManyCopies(line.quantity)
    line.book, line.quantity = book, line.quantity + quantity
    line.price_when_added = book.price_now  # it was on the page they added from
    line.save(update_fields=["quantity", "price_when_added"])
    return line


def fill_up(cart: Cart, wanted: dict[int, int]) -> dict[int, int]:
    """Step: see to it that a cart holds at least so many copies of each book, as far as they can be had.

    Doing it again changes nothing, and what is in the cart already is never made less.

    :param wanted: copies by book, 1 to 99.
    :returns: how many copies of each of these books the cart holds now.
    """
    _lock(cart)
    books = Book.objects.with_available().in_bulk(list(wanted))
    there = {line.book_id: line for line in cart.lines.select_related("book")}
    room = MAX_LINES - len(there)
    currencies = {line.book.currency for line in there.values()}
    held = {}
    for pk, quantity in wanted.items():
        book, line = books[pk], there.get(pk)
        target = 0 if book.is_retired else min(quantity, book.available)
        held[pk] = max(line.quantity if line else 0, target)
        if line and line.quantity < target:
            line.quantity, line.price_when_added = target, book.price_now
            line.save(update_fields=["quantity", "price_when_added"])
        elif not line and target and room > 0 and currencies <= {book.currency}:
            currencies.add(book.currency)
            cart.lines.create(book=book, quantity=target, price_when_added=book.price_now)
            room -= 1
        elif not line:
            held[pk] = 0
    return held


def set_quantity(cart: Cart, *, book_id: int, quantity: int) -> None:
    """This function will set the number of copies of a book that is in the cart.

    :raises BadQuantity, NoSuchLine:
    """
    _check(quantity)
    with transaction.atomic(durable=True):
        _lock(cart)
        if not cart.lines.filter(book=book_id).update(quantity=quantity):
            raise NoSuchLine


def step(cart: Cart, *, book_id: int, by: int) -> None:
    """This function will take one copy more (`by` = 1) or less (−1); quick clicks add up instead of overwriting.

    :raises BadQuantity: below 1 or above 99.
    :raises NoSuchLine:
    """
    with transaction.atomic(durable=True):
        _lock(cart)
        line = cart.lines.filter(book=book_id).first()
        if line is None:
            raise NoSuchLine
        line.quantity += by
        _check(line.quantity)
        line.save(update_fields=["quantity"])


def remove(cart: Cart, *, book_id: int) -> list[CartLine]:
    """This function will take a book out and return what was taken, for an undo; removing twice is harmless."""
    with transaction.atomic(durable=True):
        return _take(cart, book_id)


def clear(cart: Cart) -> list[CartLine]:
    """This function will empty the cart and return what was in it, for an undo."""
    with transaction.atomic(durable=True):
        return _take(cart)


def put_back(cart: Cart, lines: list[tuple[int, int, Decimal]]) -> None:
    """This function will undo a removal.

    :param lines: book, quantity and the price when it was added; what has gone from the catalogue since is left out.
    """
    with transaction.atomic(durable=True):
        pour_back(cart, lines)


def pour_back(cart: Cart, lines: list[tuple[int, int, Decimal]]) -> None:
    """Step: see put_back()."""
    _lock(cart)
    known = set(Book.objects.filter(pk__in=[book for book, _, _ in lines]).values_list("pk", flat=True))
    _pour(
        cart,
        [
            CartLine(book_id=book, quantity=quantity, price_when_added=price)
            for book, quantity, price in lines
            if book in known
        ],
    )


def cart_of_items(wanted: Mapping[int, int]) -> list[CartLine]:
    """This function will make a cart of its own, nobody's, that holds just these copies; its lines, with their books.

    Whether there are so many copies is for the order to see, which can tell of all lines at once.

    :param wanted: copies by book, in the order in which they are to stand.
    :raises CartRefused: see its kinds; no cart is made then.
    """
    if len(wanted) > MAX_LINES:
        raise TooManyLines
    for quantity in wanted.values():
        _check(quantity)
    known = Book.objects.with_available().in_bulk(list(wanted))
    books = [_sold(known.get(pk), pk) for pk in wanted]
    cart = Cart()
    lines = [
        CartLine(cart=cart, book=book, quantity=wanted[book.pk], price_when_added=book.price_now) for book in books
    ]
    with connection.cursor() as cursor:
        params = {
            "cart": cart.key,
            "books": [line.book_id for line in lines],
            "quantities": [line.quantity for line in lines],
            "prices": [line.price_when_added for line in lines],
        }
        cursor.execute(OF_ITEMS, params)
    return lines


def throw_away(cart: Cart) -> None:
    """This function will delete a cart with all that is in it."""
    with connection.cursor() as cursor:
        cursor.execute(THROW_AWAY, [cart.pk, cart.pk])


def cart_of_user(user) -> Cart:
    """This function will find the user's cart or make it; the unique owner decides when two ask at once."""
    return Cart.objects.get_or_create(user=user)[0]


def merge(guest_cart: UUID | str, *, into) -> None:
    """This function will pour a guest's cart into the cart of the user who logged in and delete it.

    Quantities of the same book add up, to 99 at most. A second merge finds no guest cart and changes nothing. The cart
    may hold more than MAX_LINES books afterwards: nothing is lost, and checkout says what to do.
    """
    guest_key = UUID(str(guest_cart))
    cart = cart_of_user(into)
    with transaction.atomic(durable=True):
        # Both rows in one order, whoever merges what.
        locked = list(Cart.objects.select_for_update().filter(key__in=[guest_key, cart.key]).order_by("key"))
        guest = next((one for one in locked if one.key == guest_key and one.user_id is None), None)
        if guest is None:
            return
        _pour(cart, list(guest.lines.order_by("added_at", "id")))
        guest.delete()


def take_lines(cart: Cart) -> list[CartLine]:
    """This function will take all lines out of the cart, in the order they were added, inside the caller's transaction.

    The cart stays locked until that transaction ends, and exactly the lines returned are deleted: what is added
    meanwhile from another tab stays for the next order.

    :raises TooManyLines: more books than one order may hold.
    :raises NoSuchCart:
    """
    lines = _take(cart)
    if len(lines) > MAX_LINES:
        raise TooManyLines
    return lines


def _lock(cart: Cart) -> None:
    if not Cart.objects.select_for_update().filter(pk=cart.pk).values_list("pk"):
        raise NoSuchCart


def _take(cart: Cart, book_id: int | None = None) -> list[CartLine]:
    """Step: lock the cart, and take out one book or all; each line is as it was in the moment it went."""
    taken = list(CartLine.objects.raw(TAKE, {"cart": cart.pk, "book": book_id}))
    if not taken:
        _lock(cart)  # empty, or no cart any more?
    return taken


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise BadQuantity


def _sold(book: Book | None, book_id: int) -> Book:
    if book is None:
        raise UnknownBook(book_id)
    if book.is_retired:
        raise Retired(book)
    return book


def _pour(cart: Cart, lines: list[CartLine]) -> None:
    """Add lines to a locked cart; a book that is already there gets the copies of both, to 99 at most."""
    there = {line.book_id: line for line in cart.lines.all()}
    for line in lines:
        if mine := there.get(line.book_id):
            mine.quantity = min(mine.quantity + line.quantity, MAX_QUANTITY)
            mine.save(update_fields=["quantity"])
        else:
            cart.lines.create(book_id=line.book_id, quantity=line.quantity, price_when_added=line.price_when_added)
