"""A client of the shop's API, for whoever writes programs against a Bookshop. Plain Python over requests, typed.

Not to be mixed up with `store_client`, by which the shop itself asks its warehouse.
"""

from bookshop_client.client import Client
from bookshop_client.errors import (
    Changed,
    Forbidden,
    Impossible,
    Invalid,
    KeyReused,
    NotFound,
    NotLoggedIn,
    Problem,
    ShopError,
    TooFast,
    Unavailable,
)
from bookshop_client.line import Patience
from bookshop_client.shapes import (
    Address,
    Cart,
    CartItem,
    Category,
    Heading,
    KeptAddress,
    Me,
    Order,
    OrderDetails,
    OrderLine,
    Parcel,
    Payment,
    Product,
    Return,
    Review,
    Step,
    Total,
    Wish,
)
from bookshop_client.tokens import Tokens

__all__ = [
    "Address",
    "Cart",
    "CartItem",
    "Category",
    "Changed",
    "Client",
    "Forbidden",
    "Heading",
    "Impossible",
    "Invalid",
    "KeptAddress",
    "KeyReused",
    "Me",
    "NotFound",
    "NotLoggedIn",
    "Order",
    "OrderDetails",
    "OrderLine",
    "Parcel",
    "Patience",
    "Payment",
    "Problem",
    "Product",
    "Return",
    "Review",
    "ShopError",
    "Step",
    "TooFast",
    "Tokens",
    "Total",
    "Unavailable",
    "Wish",
]
