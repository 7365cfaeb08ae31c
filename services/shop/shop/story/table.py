"""Who hears what of an order's story: one table. docs/story.md shows it, and a test goes through every cell.

A new kind is one line here, and one source in `shop.story.sources`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from shop.story.entry import PARTS, STORE, Entry


class Audience(StrEnum):
    SHOPPER = "shopper"
    PACKER = "packer"
    AGENT = "agent"
    OPS = "ops"


ALL = "words sum reason who detail tries"


@dataclass(frozen=True)
class Row:
    """What each audience hears of a kind: the parts of its entries. Without "words" it hears nothing of it.

    :ivar label: what the kind is called where people choose.
    :ivar is_calm: whether it stands in the short history on the order's own page and in the API.
    """

    label: str
    shopper: str = ""
    packer: str = ""
    agent: str = ""
    ops: str = ALL
    is_calm: bool = False

    def parts(self, audience: Audience) -> frozenset[str]:
        return frozenset(getattr(self, audience).split())


KINDS: dict[str, Row] = {
    "order": Row("moves of the order", "words reason", "words", "words reason who", is_calm=True),
    "return": Row("returns", "words reason", "words", "words sum reason", is_calm=True),
    "refund": Row("money that goes back", "words reason", "", "words sum reason tries", is_calm=True),
    "short": Row("copies that fall short", "words reason", "words reason", "words sum reason", is_calm=True),
    "parcel": Row("parcels", "words", "words", "words", is_calm=True),
    "payment": Row("payments", "words", "", "words sum reason"),
    "message": Row("messages to the warehouse", "", "", "words tries"),
    "heard": Row("what was heard from the warehouse"),
    "invoice": Row("invoices", "words", "", "words"),
    "mail": Row("letters", "words", "", "words tries"),
    "chat": Row("talks with customer service", "words", "", "words"),
    "attention": Row("calls for attention that were settled", "", "", "words reason"),
    "retold": Row("a log of the warehouse that began anew"),
    "aside": Row("rows of the warehouse that were set aside"),
}
# What the store told for this audience, by its own table: no more of it than this.
OF_THE_STORE = Row(
    "the warehouse's part", "words", "words reason who detail", "words reason", "words reason who detail"
)


def row_of(entry: Entry) -> Row:
    return OF_THE_STORE if entry.service == STORE else KINDS[entry.kind]


def told_to(audience: Audience, entries: Iterable[Entry]) -> list[Entry]:
    """This function will leave what an audience may hear: whole entries, and of those their parts."""
    return [told for entry in entries if (told := _told(audience, entry))]


def hears_of(audience: Audience, kinds: Iterable[str]) -> bool:
    return any("words" in KINDS[kind].parts(audience) for kind in kinds)


def _told(audience: Audience, entry: Entry) -> Entry | None:
    parts = row_of(entry).parts(audience)
    words = entry.to_customer if audience == Audience.SHOPPER else entry.words
    if "words" not in parts or not words:
        return None
    hidden = {name: nothing for name, nothing in PARTS.items() if name not in parts}
    return replace(entry, words=words, to_customer="", **hidden)
