"""The shop, as a program sees it: a method for each call of docs/api.md that a customer or a guest makes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from bookshop_client.account import AccountCalls
from bookshop_client.asking import repeating, seen_as
from bookshop_client.line import Line, Patience
from bookshop_client.shapes import (
    Address,
    Cart,
    CartItem,
    Category,
    Heading,
    KeptAddress,
    Order,
    OrderDetails,
    Parcel,
    Payment,
    Product,
    Return,
    Review,
    Step,
    Total,
    Wish,
)
from bookshop_client.tokens import Keyring, Tokens


class Client(AccountCalls):
    """One customer of one shop, for any number of threads. A guest, until it logs in.

    Methods raise Problem, or the subclass that fits, when the shop says no, and Unavailable when it does not answer.
    What creates something has a key, by which it is done once however often it is asked for. The key is made for each
    call; choose one of your own, 16 to 200 characters, if you may have to ask again after your program has died.
    What takes `seen` looks whether that is still so: a read answers the same object if it is, a write raises Changed if not.

    :param tokens: of an earlier log-in, to go on with.
    :param on_tokens: told of each new pair, to keep it for the next start; of None when the log-in is over.
    :param cart_token: of a guest's cart, to go on with.
    """

    def __init__(
        self,
        url: str,
        *,
        tokens: Tokens | None = None,
        on_tokens: Callable[[Tokens | None], None] = lambda tokens: None,
        cart_token: str = "",
        patience: Patience = Patience(),  # noqa: B008 - it cannot be changed
        user_agent: str = "bookshop-client/0.1",
    ):
        super().__init__(Line(url, patience, user_agent=user_agent), Keyring(tokens, on_tokens), cart_token)

    # --- books ---

    def products(
        self, *, search: str = "", ordering: str = "", **filters: str | int | bool | Iterable[str]
    ) -> Iterator[Product]:
        """This function will go through all books found, page by page.

        :param filters: category, author, publisher, series, language, format, price, in_stock; see docs/api.md.
        """
        asked = {"search": search, "ordering": ordering, **filters}
        return self._pages("/api/products/", Product, {name: _spelt(value) for name, value in asked.items()})

    def product(self, product_id: int, *, seen: Product | None = None) -> Product:
        return self._look(f"/api/products/{product_id}/", Product, seen)

    def categories(self) -> list[Category]:
        """The whole tree, from its roots."""
        return [Category.of(one) for one in self._get("/api/categories/")]

    def headings(self, kind: Literal["authors", "publishers", "series"]) -> Iterator[Heading]:
        """Those with most books first. Categories are a tree: see categories()."""
        return self._pages(f"/api/{kind}/", Heading)

    def reviews(self, product_id: int) -> Iterator[Review]:
        return self._pages(f"/api/products/{product_id}/reviews/", Review)

    def write_review(self, product_id: int, *, rating: int, text: str, signature: str = "", key: str = "") -> Review:
        """This function will write one's review of a book that one has bought, or change it."""
        said = {"rating": rating, "text": text, "signature": signature}
        path = f"/api/products/{product_id}/reviews/"
        return Review.of(self._ask("POST", path, repeatable=True, json=said, headers=repeating(key)).body)

    # --- the cart ---

    def cart(self, *, coupon: str = "") -> Cart:
        return Cart.of(self._get("/api/cart/", {"coupon": coupon} if coupon else None))

    def cart_total(self, *, coupon: str = "") -> Total:
        return Total.of(self._get("/api/cart/total/", {"coupon": coupon} if coupon else None))

    def cart_item(self, product_id: int, *, seen: CartItem | None = None) -> CartItem:
        return self._look(f"/api/cart/{product_id}/", CartItem, seen)

    def add_to_cart(self, product_id: int, quantity: int = 1, *, key: str = "") -> CartItem:
        """This function will put copies on top of those in the cart."""
        said = {"product_id": product_id, "quantity": quantity}
        return CartItem.of(self._ask("POST", "/api/cart/", repeatable=True, json=said, headers=repeating(key)).body)

    def set_in_cart(self, product_id: int, quantity: int, *, seen: CartItem | None = None) -> CartItem:
        path, said = f"/api/cart/{product_id}/", {"quantity": quantity}
        return CartItem.of(self._ask("PUT", path, repeatable=seen is None, json=said, headers=seen_as(seen)).body)

    def remove_from_cart(self, product_id: int) -> None:
        self._ask("DELETE", f"/api/cart/{product_id}/", repeatable=True)

    # --- orders ---

    def orders(self) -> Iterator[Order]:
        """The newest first."""
        return self._pages("/api/orders/", Order)

    def order(self, number: UUID | str, *, key: str = "", seen: OrderDetails | None = None) -> OrderDetails:
        """:param key: the order_key of a guest's order, as in what follows; beside a log-in the shop does not look at it."""
        return self._look(f"/api/orders/{number}/", OrderDetails, seen, headers=_opened_by(key))

    def place_order(
        self,
        items: Mapping[int, int] | None = None,
        *,
        address: Address | int | None = None,
        email: str = "",
        agreed_total: Decimal | None = None,
        key: str = "",
        **more: str,
    ) -> OrderDetails:
        """This function will order once, however often it has to ask; a key of an order is good for ever.

        :param items: copies by product; without it, all that is in the cart.
        :param address: a new one, or the number of a kept one; without it, the account's default one.
        :param email: of a guest.
        :param agreed_total: if it would cost something else, Impossible is raised and nothing is ordered.
        :param more: payment, coupon, note, if_short; see docs/api.md.
        """
        said: dict[str, Any] = dict(more)
        if items is not None:
            said["cart_items"] = [{"product_id": one, "quantity": number} for one, number in items.items()]
        if isinstance(address, Address):
            said["address"] = asdict(address)
        elif address is not None:
            said["address_id"] = address
        if email:
            said["email"] = email
        if agreed_total is not None:
            said["agreed_total"] = f"{agreed_total:.2f}"
        told = self._ask("POST", "/api/orders/", repeatable=True, json=said, headers=repeating(key))
        return OrderDetails.of(told.body)

    def cancel_order(self, number: UUID | str, *, key: str = "", seen: OrderDetails | None = None) -> OrderDetails:
        """This function will ask to cancel; the status says whether it is done or the warehouse has been asked."""
        headers = _opened_by(key) | seen_as(seen)
        told = self._ask("DELETE", f"/api/orders/{number}/", repeatable=seen is None, headers=headers)
        return OrderDetails.of(told.body)

    def timeline(self, number: UUID | str, *, key: str = "") -> list[Step]:
        return [Step.of(one) for one in self._get(f"/api/orders/{number}/timeline/", headers=_opened_by(key))]

    def parcels(self, number: UUID | str, *, key: str = "") -> list[Parcel]:
        return [Parcel.of(one) for one in self._get(f"/api/orders/{number}/parcels/", headers=_opened_by(key))]

    def payment(self, number: UUID | str, *, key: str = "") -> Payment:
        return Payment.of(self._get(f"/api/orders/{number}/payment/", headers=_opened_by(key)))

    def pay(self, number: UUID | str, way: str, *, key: str = "") -> str:
        """This function will begin to pay, or go on with a try that is open; answer where the customer goes in a browser.

        :param way: one of the payment's ways.
        """
        headers, path = _opened_by(key) | repeating(), f"/api/orders/{number}/payment/"
        return str(self._ask("POST", path, repeatable=True, json={"gateway": way}, headers=headers).body["url"])

    def returns(self, number: UUID | str, *, key: str = "") -> list[Return]:
        return [Return.of(one) for one in self._get(f"/api/orders/{number}/returns/", headers=_opened_by(key))]

    def ask_return(
        self,
        number: UUID | str,
        items: Mapping[int, int],
        *,
        why: str,
        words: str = "",
        key: str = "",
        order_key: str = "",
    ) -> Return:
        """This function will ask to send copies back, once.

        :param items: copies by product.
        :param why: not_wanted, damaged, wrong, faulty or other.
        :param order_key: of a guest's order.
        """
        said = {"items": [{"product_id": one, "quantity": copies} for one, copies in items.items()]}
        headers, path = _opened_by(order_key) | repeating(key), f"/api/orders/{number}/returns/"
        told = self._ask("POST", path, repeatable=True, json=said | {"why": why, "words": words}, headers=headers)
        return Return.of(told.body)

    # --- what is one's own ---

    def wishlist(self) -> Iterator[Wish]:
        return self._pages("/api/wishlist/", Wish)

    def wish_for(self, product_id: int) -> None:
        said = {"product_id": product_id}
        self._ask("POST", "/api/wishlist/", repeatable=True, json=said, headers=repeating())

    def stop_wishing_for(self, product_id: int) -> None:
        self._ask("DELETE", f"/api/wishlist/{product_id}/", repeatable=True)

    def addresses(self) -> list[KeptAddress]:
        """The default one first."""
        return [KeptAddress.of(one) for one in self._get("/api/addresses/")]

    def address(self, address_id: int, *, seen: KeptAddress | None = None) -> KeptAddress:
        return self._look(f"/api/addresses/{address_id}/", KeptAddress, seen)

    def add_address(self, address: Address, *, is_default: bool = False, key: str = "") -> KeptAddress:
        said = {**asdict(address), "is_default": is_default}
        told = self._ask("POST", "/api/addresses/", repeatable=True, json=said, headers=repeating(key))
        return KeptAddress.of(told.body)

    def change_address(
        self, address_id: int, address: Address, *, is_default: bool = False, seen: KeptAddress | None = None
    ) -> KeptAddress:
        path, said = f"/api/addresses/{address_id}/", {**asdict(address), "is_default": is_default}
        return KeptAddress.of(self._ask("PUT", path, repeatable=seen is None, json=said, headers=seen_as(seen)).body)

    def remove_address(self, address_id: int) -> None:
        self._ask("DELETE", f"/api/addresses/{address_id}/", repeatable=True)

    # --- all else ---

    def call(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, Any] | None = None, key: str = ""
    ) -> Any:
        """This function will make a call that has no method here, such as those of staff; what is answered, as it is.

        :param path: such as "/api/products/sold/".
        """
        headers = repeating(key) if method == "POST" else {}
        return self._ask(method, path, repeatable=True, json=json, params=params, headers=headers).body


def _opened_by(order_key: str) -> dict[str, str]:
    return {"X-Order-Key": order_key} if order_key else {}


def _spelt(value: str | int | bool | Iterable[str]) -> str | list[str] | None:
    """As an address says it; None for what it need not say. Several are kept, since each page asks for them anew."""
    if isinstance(value, str | int):
        return str(int(value) if isinstance(value, bool) else value) or None
    return list(value)
