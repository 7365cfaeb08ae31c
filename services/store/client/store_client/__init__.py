"""What the store says on the wire, and a client that says it. Plain Python; the contract belongs to the store."""

from store_client.book_files import ImportColumn, ImportFault, ImportJob
from store_client.books import Book, Contributor, DeletedBook, Picture
from store_client.client import StoreClient
from store_client.credential import TokenFile
from store_client.digests import BookRange, BookRow, OrderRange, OrderRow, Ranges, ReturnRange, ReturnRow, StoredOrder
from store_client.errors import FeedRestarted, StoreRefused, StoreUnavailable
from store_client.messages import (
    HoldAnswer,
    HoldLine,
    LineCount,
    NewOrder,
    NewOrderLine,
    OrderAnswer,
    OrderEvent,
    Parcel,
    Problem,
)
from store_client.pages import BadRow, Page, event_key
from store_client.returns import NewReturn, ReturnAnswer, ReturnCount, ReturnEvent
from store_client.stories import StoryEntry
from store_client.writes import Writer
