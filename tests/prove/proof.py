"""One proof from start to verdict."""

import threading
import time
from math import ceil
from pathlib import Path

from prove import checks, resting
from prove.checks.evidence import SHOP, STORE, Evidence, caught, deadlocks_in, rows_of
from prove.desk import Desk
from prove.engines import ENGINES, Engine
from prove.mutants import Mutant
from prove.packers import Packers
from prove.partner import NOT_OURS
from prove.plan import Plan
from prove.report import Progress, Verdict
from prove.shoppers import Crowd

BATCH_WITHIN_S = 8.0  # for the orders of one fault, before the next one strikes
STANDSTILL_S = 120.0
PAUSE_S = 0.4


class Proof:
    """Use it in a with statement: whatever happens, all that was started is gone at the end."""

    def __init__(
        self,
        plan: Plan,
        home: Path,
        *,
        engine: Engine = ENGINES["processes"],
        mutant: Mutant | None = None,
        progress: Progress | None = None,
    ):
        self.plan, self.mutant, self.progress = plan, mutant, progress or Progress.silent()
        self.system = engine.system(home, plan, mutation=mutant.environment if mutant else None)
        self.nemesis = engine.nemesis(self.system, clock=lambda: time.monotonic() - self.began)
        self.began = time.monotonic()
        self.stop = threading.Event()
        self.crowd: Crowd | None = None
        self.packers: Packers | None = None
        self.desk: Desk | None = None

    def __enter__(self) -> "Proof":
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        self.progress.end()
        self.system.stop()

    def run(self) -> Verdict:
        """This function will do as planned, wait for rest, and look at everything.

        :raises PartFailed: if a part does not start, or not again.
        """
        self.system.start(self.progress.say)
        if self.mutant:
            self.mutant.take_out_guards(self.system, self.nemesis)
        self._open_doors()
        self._break_everything()
        self._wait_for_shoppers()
        orders_s = time.monotonic() - self.began
        self.progress.say("waiting for rest")
        began_waiting = time.monotonic()
        still = resting.wait_for_rest(self.system, self.plan.quiet_within_s, self.nemesis.look_after)
        self.stop.set()
        return self._verdict(still, orders_s=orders_s, rest_s=time.monotonic() - began_waiting)

    def _open_doors(self) -> None:
        self.crowd = Crowd(self.system.shop_url, self.system.mail.web_url, self.plan, self.system.books(), self.stop)
        self.packers = Packers(self.system.store_url, self.system.packer, self.plan.packers, self.stop)
        office, packer = self.system.office, self.system.packer
        self.desk = Desk(self.system.store_url, office=office, packer=packer, stop=self.stop)
        self.progress.watch(self.crowd, self.packers, self.nemesis)
        self.began = time.monotonic()
        self.crowd.start()
        self.packers.start()
        self.desk.start()

    def _break_everything(self) -> None:
        """Orders are released fault by fault, so that some are on their way whatever breaks."""
        for done, fault in enumerate(self.plan.faults, start=1):
            due = ceil(self.plan.orders * done / len(self.plan.faults))
            self.crowd.tickets.release(due)
            self.nemesis.batch_is_placed = lambda due=due: len(self.crowd.accepted) >= due
            self.nemesis.strike(fault)
            time.sleep(PAUSE_S)
            self._wait(lambda: len(self.crowd.accepted) >= due - self.plan.shoppers, BATCH_WITHIN_S)
        self.crowd.tickets.release(self.plan.orders)

    def _wait_for_shoppers(self) -> None:
        """As long as orders come in, or come to what their customers had in mind."""
        seen, last_change = -1, time.monotonic()
        while not self.crowd.is_done() and time.monotonic() - last_change < STANDSTILL_S:
            if self.crowd.steps != seen:
                seen, last_change = self.crowd.steps, time.monotonic()
            self.nemesis.look_after()
            time.sleep(PAUSE_S)

    def _wait(self, is_so, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not is_so() and time.monotonic() < deadline:
            time.sleep(PAUSE_S / 4)

    def evidence(self) -> Evidence:
        with self.system.db_shop.connect() as shop, self.system.db_store.connect() as store:
            rows = rows_of(shop, SHOP), rows_of(store, STORE)
        partner = self.system.partner
        return Evidence(
            *rows,
            mailbox=caught(self.system.mail.web_url),
            accepted=list(self.crowd.accepted),
            plenty=frozenset(self.system.books()["plenty"]),
            most_resent=self.nemesis.interruptions,
            deadlocks={db.name: deadlocks_in(db.log) for db in (self.system.db_shop, self.system.db_store)},
            heard=partner and list(partner.heard),
            not_ours=partner.treated[NOT_OURS] if partner else 0,
            errors=self.crowd.errors + self.packers.errors + self.desk.errors,
        )

    def _verdict(self, still: str, *, orders_s: float, rest_s: float) -> Verdict:
        self.progress.say("looking at everything")
        evidence = self.evidence()
        placed = len(evidence.accepted)
        if placed < self.plan.orders:
            evidence.errors.append(f"Only {placed} of {self.plan.orders} orders could be placed.")
        if still:
            evidence.errors.append(f"It never came to rest: {still}.")
        return Verdict(
            plan=self.plan,
            mutant=self.mutant.name if self.mutant else "",
            evidence=evidence,
            findings=checks.examine(evidence),
            struck=self.nemesis.struck,
            died=self.nemesis.died,
            repeats=self.crowd.repeats + self.packers.repeats + self.desk.repeats,
            turned_away=self.crowd.turned_away,
            seconds=time.monotonic() - self.began,
            orders_per_s=placed / orders_s,
            rest_s=rest_s,
        )
