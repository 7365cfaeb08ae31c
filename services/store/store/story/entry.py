"""One thing that happened to an order in the store. Its page, the API and the command tell of these."""

from dataclasses import dataclass
from datetime import datetime

from store.clock import by_clock

PARTS = ("reason", "who", "detail")  # what an audience may hear beside the words


@dataclass(frozen=True)
class Entry:
    """What happened, in parts; the table in `store.story.table` says who hears which.

    :ivar words: neither a price, an address nor a name of staff stands in them.
    :ivar to_customer: the same in words for the customer; empty: it is not for them, whatever the table says.
    :ivar who: an e-mail of staff, or the name of a service.
    :ivar key: store:<version> or return:<number>:<version>, by which the shop knows what it heard again.
    """

    at: datetime
    kind: str
    words: str
    to_customer: str = ""
    reason: str = ""
    who: str = ""
    detail: str = ""
    key: str = ""

    def as_json(self) -> dict[str, str]:
        told = {"at": self.at.isoformat().replace("+00:00", "Z"), "kind": self.kind, "words": self.words}
        return told | {"reason": self.reason, "who": self.who, "detail": self.detail, "key": self.key}

    def __str__(self) -> str:
        parts = filter(None, [self.words, self.reason, self.detail, self.who and f"({self.who})"])
        return f"{by_clock(self.at, '%F %T.%f')} {self.kind}: {' · '.join(parts)}"
