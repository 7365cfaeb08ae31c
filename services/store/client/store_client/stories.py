"""What the store tells of an order's story, read strictly."""

from dataclasses import dataclass
from datetime import datetime

from store_client import read


@dataclass(frozen=True)
class StoryEntry:
    """One thing that happened to an order in the store. What the audience may not hear is empty.

    :ivar kind: what it is about; readers pass over one that they do not know.
    :ivar key: store:<version> of a move of the order, return:<number>:<version> of a return; others follow from it.
    """

    at: datetime
    kind: str
    words: str
    reason: str
    who: str
    detail: str
    key: str


def entries(body: dict) -> tuple[StoryEntry, ...]:
    return tuple(_entry(read.obj(row)) for row in read.items(body, "entries"))


def _entry(row: dict) -> StoryEntry:
    texts = {name: read.text(row, name) for name in ("reason", "who", "detail", "key")}
    named = {name: read.text(row, name, empty=False) for name in ("kind", "words")}
    return StoryEntry(at=read.moment(row, "at"), **named, **texts)
