"""docs/order-lifecycle.md and its pictures, written from the tables of moves in the code of both services."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from parts import ROOT
from parts.diagram import Plan, draw

DOCS = ROOT / "docs"
PAGE = DOCS / "order-lifecycle.md"
PICTURES = DOCS / "lifecycle"
NO_SERVICE = {"SECRET_KEY": "only-to-read-tables-" + "x" * 50, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}

PLANS = {
    "order": Plan(
        at={
            "rejected": (1.4, 0), "failed": (2.5, 0),
            "awaiting_payment": (0, 1), "placed": (1, 1), "accepted": (2, 1), "packing": (3, 1),
            "partly_shipped": (3.4, 3.3), "shipped": (4, 1),
            "expired": (0, 2), "cancel_requested": (2.32, 2.3),
            "cancelled": (1.5, 3.3),
        },
        by_way={
            ("awaiting_payment", "cancelled"): "rl", ("expired", "placed"): "rb",
            ("packing", "cancelled"): "br", ("cancel_requested", "rejected"): "lb",
            ("cancel_requested", "shipped"): "rb", ("cancel_requested", "cancelled"): "br",
            ("accepted", "shipped"): "tt", ("partly_shipped", "shipped"): "rb", ("cancel_requested", "partly_shipped"): "bl",
        },
    ),
    "payment": Plan(
        at={
            "created": (0, 1.2), "pending": (1, 1.2), "authorised": (2, 1.2), "captured": (3.2, 1.2),
            "failed": (1, 0), "expired": (0.5, 2.9), "cancelled": (1.7, 2.4),
        },
        by_way={
            ("created", "failed"): "tl", ("failed", "captured"): "rt", ("authorised", "failed"): "tr",
            ("cancelled", "captured"): "rb", ("expired", "captured"): "rb",
        },
    ),
    "refund": Plan(at={"due": (0, 0), "sent": (1, 0), "done": (2, 0), "failed": (1, 1)}),
    "store-order": Plan(
        at={
            "received": (0, 1), "packing": (1, 1), "dispatched": (2, 1), "part_sent": (2, 2),
            "failed": (1, 0), "cancelled": (1, 2), "rejected": (0, 0),
        },
        by_way={("received", "cancelled"): "bl", ("received", "dispatched"): "tt"},
    ),
    "parcel": Plan(
        at={
            "open": (0, 1), "sealed": (1, 1), "dispatched": (2, 1),
            "delivered": (3, 0.2), "lost": (3, 1), "came_back": (3, 1.8), "void": (0, 2),
        },
    ),
    "hold": Plan(
        at={"held": (0, 1), "used": (1, 0.3), "released": (1, 1), "lapsed": (1, 1.7)},
        by_way={("held", "used"): "tl", ("held", "lapsed"): "bl"},
    ),
    "return": Plan(
        at={
            "asked": (0, 1), "approved": (1, 1), "on_the_way": (2, 0.1), "received": (3, 1), "closed": (4, 1),
            "refused": (1, 0.1),
        },
        by_way={("approved", "closed"): "bb", ("on_the_way", "closed"): "rt"},
    ),
    "copy": Plan(
        at={
            "written_off": (0, 1), "available": (1, 1), "allocated": (2, 1), "packed": (3, 1), "shipped": (4, 1),
            "missing": (1.35, 0), "damaged": (1, 2), "expected": (0.25, 0), "returned": (2.6, 2),
        },
        by_way={("damaged", "written_off"): "lb"},
    ),
}  # fmt: skip
ABOUT = {
    "order": "As its customer sees it. Every move is an event with version, actor, reason and time, kept for ever; a "
    "letter is written in the transaction of the move that it tells of. Copies that turn out to be short while the "
    "order goes on are no move: their letter is `order_short`, or `payment_returned` where money goes back. Who was told that it is "
    "too late to cancel may ask again, its customer five times, since a sealed parcel can be opened again. After a restore "
    "of the store an order goes back to where it was, and no letter tells a state twice.",
    "payment": "One try to pay. What the bank tells of it may come by a notice, by asking, or both, in any order.",
    "refund": "Money on its way back; several for an order, together never more than was taken. The stage is read off "
    "the delivery of the refund.",
    "store-order": "What the warehouse has under the shop's number. Every move is an event in the feed of statuses; "
    "while an order is being packed, a line that falls short is an event as well.",
    "parcel": "One box of an order. Copies are put into an open one; a sealed one can be opened again until it leaves. Of each "
    "that leaves the customer has one letter: that on the order's move, or `order_parcel` where the order makes none. "
    "A code that is noted later has `parcel_code`; a parcel that is lost or came back has `parcel_lost` or `parcel_came_back`.",
    "hold": "Copies kept for a checkout, for fifteen minutes and two of grace. A number has one live hold at most; what "
    "is held again after the end of a hold is another one.",
    "return": "Copies of one order that its customer sends back. The shop asks and keeps a copy of the state by version; every "
    "event, also one that only counts copies, is in the feed of returns. The shop writes a letter for the request and for each "
    "new state but *on the way*; one that the warehouse made has no letter before its copies are *received*. Money goes back "
    "with the look at each copy, and never holds up another's coming.",
    "copy": "One physical copy. Every move is a line of the ledger, which the database refuses to change.",
}


def files() -> dict[Path, str]:
    """This function will write the page and the pictures, and answer them by their paths."""
    machines = [*_told_by("shop"), *_told_by("store")]
    pictures = {PICTURES / f"{each['name']}.svg": draw(each, PLANS[each["name"]]) for each in machines}
    return {PAGE: _page(machines), **pictures}


def out_of_date() -> list[Path]:
    """The files that are not as the code would have them."""
    wanted = files()
    old = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    return old + sorted(set(PICTURES.glob("*.svg")) - set(wanted))


@cache
def _told_by(service: str) -> list[dict]:
    """What `manage.py moves` says. It needs no database."""
    command = [sys.executable, str(ROOT / "services" / service / "manage.py"), "moves"]
    env = {**os.environ, **NO_SERVICE, "DJANGO_SETTINGS_MODULE": f"{service}.settings", "BROKER_URL": "", "DEBUG": "0"}
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def _page(machines: list[dict]) -> str:
    return "\n".join(
        [
            "# The life of an order",
            "",
            "Written by `scripts/lifecycle` from the tables of moves in the code; a test fails when it is out of date. "
            "What is not in these tables is refused. Shop and store each own their machines; what the other knows of "
            "them is a copy with a version.",
            "",
            *(f"- [{machine['title']}](#{_anchor(machine['title'])})" for machine in machines),
            "",
            *(line for machine in machines for line in _section(machine)),
        ]
    )


def _section(machine: dict) -> list[str]:
    letters = any(move["letter"] for move in machine["moves"])
    head = ["from", "to", "who and when", *(["letter"] if letters else [])]
    rows = [_row(move, letters) for move in machine["moves"]]
    states = [f"| {_name(state)} | {label} |" for state, label in machine["states"].items()]
    return [
        f"## {machine['title']}",
        "",
        ABOUT[machine["name"]],
        "",
        f"![The moves of: {machine['title']}](lifecycle/{machine['name']}.svg)",
        "",
        "| state | means |",
        "|---|---|",
        *states,
        "",
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        *rows,
        "",
    ]


def _row(move: dict, letters: bool) -> str:
    letter = move["letter"] or "—"
    cells = [_name(move["source"]) if move["source"] else "*it begins*", _name(move["target"])]
    cells.append(f"{move['by']} {move['when']}")
    return f"| {' | '.join([*cells, *([letter] if letters else [])])} |"


def _name(state: str) -> str:
    return state.replace("_", " ")


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
