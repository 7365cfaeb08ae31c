"""What will be done in one run: how many orders, and which parts are broken how, in an order that a seed decides."""

import random
import re
from dataclasses import dataclass, field

from prove.prices import SETTINGS as PRICES

# Each behind a proxy of its own; nginx, where there is one, behind two.
SERVERS = ("shop", "store", "db_shop", "db_store", "rabbitmq", "redis", "mail")
PROCESSES = ("shop", "store", "worker_1", "worker_2", "beat", "db_shop", "db_store", "rabbitmq", "redis", "mail")
EVERYTHING = "everything"
HOLD_GRACE_S = 10

# kill: kill -9 and a new start · pause: SIGSTOP · refuse: connections are refused · hole: bytes vanish ·
# lost_answer: requests arrive, some answers do not · wipe: the broker loses all it knew
KINDS = ("kill", "pause", "refuse", "hole", "lost_answer", "wipe")
SECONDS = {"kill": 0.5, "pause": 4.5, "refuse": 3.0, "hole": 4.0, "lost_answer": 4.0, "wipe": 0.5}


class BadPlan(Exception):
    """What was asked for is not something we can do; the message says what is."""


@dataclass(frozen=True)
class Fault:
    part: str
    kind: str
    seconds: float
    until_placed: bool = False  # longer than that, if the orders released with it need longer

    def __str__(self) -> str:
        return f"{self.kind} {self.part}"


@dataclass(frozen=True)
class Plan:
    orders: int
    seed: int
    faults: tuple[Fault, ...] = ()
    shoppers: int = 8
    packers: int = 2
    books: int = 240
    copies_each: int = 60
    scarce_books: int = 12
    scarce_copies: int = 4
    scarce_share: float = 0.12  # of the carts
    most_lines: int = 3
    members_every: int = (
        2  # every second shopper has an account, the others are guests anew with each order; 0: all guests
    )
    shares: tuple[tuple[str, float], ...] = (  # of the orders, by the way they go (prove.ways)
        ("on delivery", 0.35),
        ("paid", 0.3),
        ("declined", 0.1),
        ("late", 0.1),
        ("cancelled", 0.15),
    )
    returned_share: float = 0.12  # of the orders that are to be sent
    quiet_within_s: float = 150.0  # outlasts a lease (60 s) and the longest pause before a new attempt
    payment_window_s: int = 40  # longer than the 30 s after which the bank is asked for a notice that was lost
    settings: dict[str, str] = field(default_factory=dict)  # added to the environment of the shop's programs

    @property
    def shop_settings(self) -> dict[str, str]:
        return {"TEST_BANK": "1", "PAYMENT_WINDOW_S": str(self.payment_window_s), **PRICES, **self.settings}

    @property
    def store_settings(self) -> dict[str, str]:
        """The copies are held a little longer than the order may be paid."""
        return {"HOLD_S": str(self.payment_window_s + HOLD_GRACE_S)}


def matrix(*, with_nginx: bool = False) -> list[Fault]:
    """Every part killed and paused, every server cut off in each way, the broker wiped, and one power cut."""
    fronts = ["nginx"] if with_nginx else []
    pairs = [(part, kind) for part in (*PROCESSES, *fronts) for kind in ("kill", "pause")]
    pairs += [(part, kind) for part in (*SERVERS, *fronts) for kind in ("refuse", "hole", "lost_answer")]
    pairs += [("rabbitmq", "wipe"), (EVERYTHING, "kill")]
    return [Fault(part, kind, SECONDS[kind]) for part, kind in pairs]


def make_plan(
    *,
    orders: int,
    seed: int,
    faults: str = "all",
    with_nginx: bool = False,
    possible: list[Fault] | None = None,
    **more,
) -> Plan:
    """This function will make the same plan for the same seed.

    :param faults: "all", "none", a number of faults, or words such as "kill", "store", "pause:beat", with commas.
    :param possible: what the words choose from; by default what can be done to processes.
    :raises BadPlan: for a word that names no part and no kind, or fewer orders than one.
    """
    if orders < 1:
        raise BadPlan(f"A proof needs at least one order, not {orders}.")
    chance = random.Random(seed)
    chosen = _chosen(faults.strip() or "all", possible or matrix(with_nginx=with_nginx), chance)
    chance.shuffle(chosen)
    return Plan(orders=orders, seed=seed, faults=tuple(chosen), **more)


def _chosen(words: str, possible: list[Fault], chance: random.Random) -> list[Fault]:
    if words in ("all", "none"):
        return possible if words == "all" else []
    if words.isdecimal():
        return chance.sample(possible, min(int(words), len(possible)))
    chosen: dict[Fault, None] = {}
    for word in re.split(r"[,\s]+", words):
        found = [fault for fault in possible if word in (fault.kind, fault.part, f"{fault.kind}:{fault.part}")]
        if not found:
            parts = ", ".join(sorted({fault.part for fault in possible}))
            kinds = ", ".join(kind for kind in KINDS if kind in {fault.kind for fault in possible})
            raise BadPlan(f"FAULTS knows no {word!r}. Kinds: {kinds}. Parts: {parts}. Such as kill:store.")
        chosen.update(dict.fromkeys(found))
    return list(chosen)
