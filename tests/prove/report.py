"""What the run looks like while it runs, and what came of it."""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from prove.checks import Finding
from prove.checks.evidence import Evidence
from prove.checks.mails import resent
from prove.nemesis import Nemesis, Struck
from prove.packers import Packers
from prove.plan import Plan
from prove.shoppers import Crowd

BAR_WIDTH = 30
SHOWN_VIOLATIONS = 5
TOLD_STORIES = 3
TICK_S, TICK_WITHOUT_TERMINAL_S = 0.5, 15.0
REPORTED_FIRST = ("lost", "doubled", "oversold", "mails_missing", "mails_doubled")
REPORTED_THEN = ("money_wrong", "status_differs", "unsent")


class Progress:
    """One line that renews itself in a terminal; elsewhere a line now and then."""

    def __init__(self, write: Callable[[str], object], *, terminal: bool):
        self._write, self._terminal = write, terminal
        self._words, self._seen = "", None
        self._began, self._ended = time.monotonic(), threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def on_screen(cls) -> "Progress":
        return cls(sys.stdout.write, terminal=sys.stdout.isatty())

    @classmethod
    def silent(cls) -> "Progress":
        return cls(lambda text: None, terminal=False)

    def say(self, words: str) -> None:
        self._words = words
        self._show()

    def watch(self, crowd: Crowd, packers: Packers, nemesis: Nemesis) -> None:
        self._words, self._seen = "", (crowd, packers, nemesis)
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._thread.start()

    def end(self) -> None:
        if not self._ended.is_set():
            self._ended.set()
            self._write("\n" if self._terminal else "")

    def _tick(self) -> None:
        while not self._ended.wait(TICK_S if self._terminal else TICK_WITHOUT_TERMINAL_S):
            self._show()

    def _show(self) -> None:
        line = f"{time.monotonic() - self._began:4.0f} s  {self._line()}"
        self._write(f"\r\x1b[2K{line}" if self._terminal else f"{line}\n")
        sys.stdout.flush()

    def _line(self) -> str:
        if not self._seen:
            return f"starting: {self._words}"
        crowd, packers, nemesis = self._seen
        placed, orders = len(crowd.accepted), crowd.tickets.orders
        full = BAR_WIDTH * placed // orders
        fault = f"fault {len(nemesis.struck)}: {nemesis.struck[-1].fault}" if nemesis.struck else "no fault yet"
        bar = "█" * full + "░" * (BAR_WIDTH - full)
        ways = _counted(Counter(order.way.name for order in list(crowd.accepted)))
        return f"{bar} {placed}/{orders} placed ({ways}), {len(packers.done)} packed · {self._words or fault}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none yet"


@dataclass
class Verdict:
    plan: Plan
    mutant: str
    evidence: Evidence
    findings: list[Finding]
    struck: list[Struck]
    died: list[str]
    repeats: int
    turned_away: int
    seconds: float
    orders_per_s: float
    rest_s: float  # from the last order, and the last fault, until nothing moved any more

    @property
    def is_green(self) -> bool:
        return not any(finding.violations for finding in self.findings)

    @property
    def red(self) -> set[str]:
        """The keys of what was broken."""
        return {finding.key for finding in self.findings if finding.violations}

    def as_json(self) -> dict:
        counts = {finding.key: len(finding.violations) for finding in self.findings}
        return {
            "orders": self.plan.orders,
            "seed": self.plan.seed,
            "faults": [{"part": s.fault.part, "kind": s.fault.kind, "at_s": s.at_s} for s in self.struck],
            "accepted": len(self.evidence.accepted),
            **{key: counts[key] for key in REPORTED_FIRST},
            "mails_resent": resent(self.evidence),
            **{key: counts[key] for key in REPORTED_THEN},
            "seconds": round(self.seconds, 1),
            "orders_per_s": round(self.orders_per_s, 2),
            "rest_after_s": round(self.rest_s, 1),
            "ways": self._ways(),
            "returns": self._returns(),
            "money": {name: str(amount) for name, amount in self._money().items()},
            "mutant": self.mutant,
            "checks": counts,
            "violations": {
                finding.key: [violation.sentence for violation in finding.violations]
                for finding in self.findings
                if finding.violations
            },
            "parts_that_ended_by_themselves": dict(Counter(self.died)),
            "requests_repeated": self.repeats,
            "carts_turned_away": self.turned_away,
        }

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n")

    def table(self) -> str:
        lines = [self._faults(), ""]
        for finding in self.findings:
            said = f"✗ {len(finding.violations)}" if finding.violations else "✓"
            lines.append(f"  {said:6} {finding.sentence}")
            lines += [f"           {violation.sentence}" for violation in finding.violations[:SHOWN_VIOLATIONS]]
        states = Counter(order["state"] for order in self.evidence.shop["orders"])
        money = self._money()
        lines += [
            "",
            f"{len(self.evidence.accepted)} orders accepted: {_counted(self._ways())}",
            f"in the end: {_counted(states)}",
            f"sent back: {_counted(self._returns())}",
            f"{len(self.evidence.shop['bank_charges'])} charges of {money['charged']}, "
            f"{len(self.evidence.shop['bank_returns'])} refunds of {money['returned']}, {money['kept']} kept",
            f"{len(self.evidence.mailbox)} mails, {resent(self.evidence)} of them sent again "
            f"(at most {self.evidence.most_resent} may be), {self.repeats} requests repeated by their senders, "
            f"{self.turned_away} carts turned away",
            f"{self.seconds:.0f} s from the first order to the verdict, {self.orders_per_s:.1f} orders/s, at rest "
            f"{self.rest_s:.0f} s after the last order, seed {self.plan.seed}"
            + (f", without a guard: {self.mutant}" if self.mutant else ""),
        ]
        if self.died:
            lines.append(f"ended by themselves and started again: {dict(Counter(self.died))}")
        lines.append(
            "GREEN: nothing lost, doubled, oversold or told twice, and every cent is where it belongs."
            if self.is_green
            else "RED"
        )
        return "\n".join(lines)

    def _ways(self) -> dict[str, int]:
        return dict(Counter(order.way.name for order in self.evidence.accepted))

    def _returns(self) -> dict[str, int]:
        """How many returns ended in which state."""
        return dict(Counter(row["state"] for row in self.evidence.shop["returns"]))

    def _money(self) -> dict[str, Decimal]:
        """By the books of the bank."""
        charged = sum(charge["amount"] for charge in self.evidence.shop["bank_charges"])
        returned = sum(back["amount"] for back in self.evidence.shop["bank_returns"])
        return {"charged": charged, "returned": returned, "kept": charged - returned}

    def _faults(self) -> str:
        done: dict[str, list[str]] = {}
        for struck in self.struck:
            done.setdefault(struck.fault.kind, []).append(f"{struck.fault.part} ({struck.at_s:.0f} s)")
        return "\n".join(f"{kind:12} {', '.join(parts)}" for kind, parts in done.items()) or "nothing was broken"

    def orders_to_tell(self) -> list[str]:
        """Numbers of orders whose stories explain what is wrong, one of each kind first."""
        kinds = [[violation.order for violation in finding.violations if violation.order] for finding in self.findings]
        first = [numbers[0] for numbers in kinds if numbers]
        return list(dict.fromkeys(first))[:TOLD_STORIES]
