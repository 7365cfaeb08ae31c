"""A reader's place in a feed: opaque to the reader."""

import base64
import binascii
import json
from typing import NamedTuple
from uuid import UUID

LARGEST_NUMBER = 2**63 - 1


class BadCursor(Exception):
    """The text is no cursor of this feed."""


class Cursor(NamedTuple):
    """Everything up to and with row `id` of transaction `xid` has been read."""

    feed: str
    epoch: UUID
    xid: int
    id: int

    def __str__(self) -> str:
        text = json.dumps([self.feed, self.epoch.hex, self.xid, self.id], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, *, feed: str) -> "Cursor":
        """:raises BadCursor: also for the cursor of another feed."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            name, epoch, xid, row = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            cursor = cls(name, UUID(hex=epoch), xid, row)
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
            raise BadCursor(text) from None
        numbers_fit = all(type(n) is int and 0 <= n <= LARGEST_NUMBER for n in (cursor.xid, cursor.id))
        if name != feed or not numbers_fit:
            raise BadCursor(text)
        return cursor
