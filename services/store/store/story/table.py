"""Who hears what of the store's part of an order's story: one table. docs/story.md shows it; tests go through every cell.

The shop has a table of its own for its part. Names of packers reach neither shoppers nor agents.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from store.accounts.roles import SEE_PRICES, SEE_UNPAID
from store.story.entry import PARTS, Entry


class Audience(StrEnum):
    SHOPPER = "shopper"
    PACKER = "packer"
    AGENT = "agent"
    OPS = "ops"

    @classmethod
    def of(cls, rights: Collection[str]) -> "Audience":
        """Whom a member of the store's staff counts as."""
        return cls.OPS if {SEE_UNPAID, SEE_PRICES} <= set(rights) else cls.PACKER


ALL = "words reason who detail"
TOLD = "told"


@dataclass(frozen=True)
class Row:
    """What each audience hears of a kind: the parts of its entries. Without "words" it hears nothing of it."""

    label: str
    shopper: str = ""
    packer: str = ""
    agent: str = ""
    ops: str = ALL

    def parts(self, audience: Audience) -> frozenset[str]:
        return frozenset(getattr(self, audience).split())


KINDS: dict[str, Row] = {
    TOLD: Row("what the shop told of it", "", "words", "", "words detail"),  # on the store's page: the shop knows
    "hold": Row("copies put aside", "words", "words", "words"),
    "order": Row("moves of the order", "", "words reason who", "words reason"),
    "claim": Row("who has claimed it", "", "words who", "words"),
    "copy": Row("moves of its copies", "", "words who detail", "words"),
    "parcel": Row("moves of its parcels", "words", "words reason who detail", "words reason"),
    "short": Row("copies that fall short", "", "words reason who", "words reason"),
    "return": Row("moves of its returns", "", "words reason who", "words reason"),
}


def told_to(audience: Audience, entries: Iterable[Entry]) -> list[Entry]:
    """This function will leave what an audience may hear: whole entries, and of those their parts."""
    return [told for entry in entries if (told := _told(audience, entry))]


def _told(audience: Audience, entry: Entry) -> Entry | None:
    parts = KINDS[entry.kind].parts(audience)
    words = entry.to_customer if audience == Audience.SHOPPER else entry.words
    if "words" not in parts or not words:
        return None
    return replace(entry, words=words, to_customer="", **{name: "" for name in PARTS if name not in parts})
