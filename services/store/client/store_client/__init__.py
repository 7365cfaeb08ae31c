"""What the store says on the wire, and a client that says it. Plain Python; the contract belongs to the store."""

from store_client.books import Book, DeletedBook, Picture
from store_client.client import StoreClient
from store_client.credential import TokenFile
from store_client.digests import BookRange, BookRow, OrderRange, OrderRow, Ranges, StoredOrder
from store_client.errors import FeedRestarted, StoreRefused, StoreUnavailable
from store_client.messages import (
    HoldAnswer,
    HoldLine,
    LineCount,
    NewOrder,
    NewOrderLine,
    OrderAnswer,
    OrderEvent,
    Problem,
)
from store_client.pages import BadRow, Page, event_key
