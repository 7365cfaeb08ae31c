"""One thing that happened to an order. Every page, command and program that tells an order's story tells of these."""

from dataclasses import dataclass
from datetime import datetime

from shop.clock import by_clock

SHOP, STORE = "shop", "store"
PARTS = {"sum": "", "reason": "", "who": "", "detail": "", "tries": 0}  # what an audience may hear beside the words


@dataclass(frozen=True)
class Entry:
    """What happened, in parts; the table in `shop.story.table` says who hears which.

    :ivar at: by the clock of the service that it happened in.
    :ivar words: for the people of the house. Of a kind that packers see, neither sum, address nor name stands in them.
    :ivar to_customer: the same in words for the customer; empty: it is not for them, whatever the table says.
    :ivar step: what the short history calls it: the state an order came to, or the kind.
    :ivar tries: how often it was tried to deliver it.
    :ivar key: by which others name it that came after it; `after` has the keys of those that came before it for sure.
    """

    at: datetime
    kind: str
    words: str
    to_customer: str = ""
    sum: str = ""
    reason: str = ""
    who: str = ""
    detail: str = ""
    tries: int = 0
    service: str = SHOP
    step: str = ""
    key: str = ""
    after: tuple[str, ...] = ()

    def as_json(self) -> dict:
        told = {"at": self.at.isoformat().replace("+00:00", "Z"), "service": self.service, "kind": self.kind}
        told |= {"words": self.words, "reason": self.reason, "who": self.who, "sum": self.sum}
        return told | {"detail": self.detail, "tries": self.tries}

    def __str__(self) -> str:
        parts = [self.words, self.sum, self.reason, self.detail, self.who and f"({self.who})"]
        tries = f"{self.tries} tries" if self.tries > 1 else ""
        return (
            f"{by_clock(self.at, '%F %T.%f')} {self.service} {self.kind}: {' · '.join(filter(None, [*parts, tries]))}"
        )
