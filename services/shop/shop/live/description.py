"""The websockets of programs, described for programs: AsyncAPI 3.0. docs/asyncapi.yaml is written from it.

Tests hold each message that is heard against these shapes.
"""

from shop.api.sold import MOST_DAYS, USUAL_DAYS
from shop.live.ending import WORDS
from shop.live.programs import BEARER, LARGEST_ID, PROTOCOL, OrdersSocket, SoldSocket
from shop.live.sold import COUNTS, MOST_BOOKS, MOST_ISBNS
from shop.orders.states import State

ID = {"type": "integer", "minimum": 0}
TOKEN = {"type": "string", "description": f"An access token; left out, it has come as a subprotocol {BEARER}<token>."}
ABOUT = f"""\
Show an access token of the API (`POST /auth/token/`), and hear what happens. The token comes in the first message, or as a
subprotocol beside `{PROTOCOL}` (`Sec-WebSocket-Protocol: {PROTOCOL}, {BEARER}<token>`); never in the address, which is logged. It opens the
socket; what keeps it open is its log-in, which is looked at again every 15 seconds: it is closed when the program logs out,
the password changes, the account is disabled or loses the right. Cookies open nothing.

A message may have 4096 bytes, and ten may come in a second. There are heartbeats (`here`) every 15 seconds. A socket may be
cut off at any time: come back after one to six seconds, each client after another time, then after longer and longer.

The numbers with which sockets are closed:

"""


def description() -> dict:
    """This function will describe both sockets; it follows from the code alone."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Bookshop, live", "version": "1", "description": ABOUT + _numbers()},
        "defaultContentType": "application/json",
        "channels": {
            "orders": _channel("/ws/orders/", OrdersSocket.__doc__, ["followOrders", "order", "hereWithId"]),
            "soldSkus": _channel("/ws/sold_skus/", SoldSocket.__doc__, ["followSold", "sold", "here"]),
        },
        "operations": {
            "followOrders": _operation("receive", "orders", ["followOrders"]),
            "hearOfOrders": _operation("send", "orders", ["order", "hereWithId"]),
            "followSold": _operation("receive", "soldSkus", ["followSold"]),
            "hearWhatIsSold": _operation("send", "soldSkus", ["sold", "here"]),
        },
        "components": {"messages": {name: _message(name, *shape) for name, shape in _shapes().items()}},
    }


def _shapes() -> dict[str, tuple[str, dict, dict, str]]:
    """By name: the message's type, what it must have and may have, and what it is for."""
    after = {**ID, "maximum": LARGEST_ID, "description": "What happened since this id; without it, how each order is."}
    days = {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": USUAL_DAYS}
    isbn = {"type": "string", "pattern": "^[0-9]{13}$"}
    book = {"product_id": ID, "isbn13": {"type": "string"}, "title": {"type": "string"}} | dict.fromkeys(
        COUNTS, {"type": "integer"}
    )
    books = {"type": "array", "maxItems": MOST_BOOKS, "items": _object(book)}
    order = {
        "id": {**ID, "description": "To come back with, as `after`."},
        "order": {"type": "string", "format": "uuid"},
        "version": {"type": "integer", "minimum": 1, "description": "Of the order; keep the highest you have heard."},
        "state": {"enum": list(State.values)},
        "edition": {
            "type": "integer",
            "minimum": 1,
            "description": "How much has happened to the order, parcels, money and returns included.",
        },
    }
    return {
        "followOrders": (
            "follow",
            {},
            {"token": TOKEN, "after": after},
            f"First, by a token with {OrdersSocket.scope_needed}.",
        ),
        "order": (
            "order",
            order,
            {},
            "An order of the account has moved, or something else of it has changed. It may be told twice.",
        ),
        "hereWithId": ("here", {"id": ID}, {}, "All up to this id was told."),
        "followSold": (
            "follow",
            {},
            {"token": TOKEN, "days": days, "isbns": {"type": "array", "maxItems": MOST_ISBNS, "items": isbn}},
            f"First, by a token of staff who see sales, with {SoldSocket.scope_needed}. Without ISBNs it is about all books.",
        ),
        "sold": (
            "sold",
            {"days": days, "books": books},
            {},
            "At most once a second. The first names the books asked for, or those of which most are sold; others, what changed.",
        ),
        "here": ("here", {}, {}, "A heartbeat."),
    }


def _channel(address: str, about: str, messages: list[str]) -> dict:
    named = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {"address": address, "description": about, "messages": named}


def _operation(action: str, channel: str, messages: list[str]) -> dict:
    """Seen from the shop, as AsyncAPI has it: it receives what programs say, and sends what they hear."""
    named = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": named}


def _message(name: str, kind: str, needed: dict, more: dict, about: str) -> dict:
    return {"name": name, "summary": about, "payload": _object({"type": {"const": kind}, **needed}, more)}


def _object(needed: dict, more: dict | None = None) -> dict:
    return {
        "type": "object",
        "required": list(needed),
        "properties": {**needed, **(more or {})},
        "additionalProperties": False,
    }


def _numbers() -> str:
    return "".join(f"- `{code.value}` {words}\n" for code, words in WORDS.items())
