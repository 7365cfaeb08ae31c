"""Breaks the parts, one after the other, as planned, and puts each back into order."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass

from parts.process import Part, PartFailed, start_all
from prove.plan import EVERYTHING, Fault
from prove.proxy import Mode
from prove.system import System

LONGEST_S = 60.0  # of a fault that waits for orders
SENDERS = 2  # of mails, at the same time (worker.tasks.AT_THE_SAME_TIME)
# Without these a mail sender cannot finish what it has begun: a worker that loses its broker gives its tasks up.
NEEDED_BY_SENDERS = ("worker_1", "worker_2", "db_shop", "rabbitmq", "mail", EVERYTHING)


@dataclass(frozen=True)
class Struck:
    fault: Fault
    at_s: float


class Nemesis:
    """To be used by the thread that started the parts: the kernel ends a part together with the thread that began it."""

    needed_by_senders = NEEDED_BY_SENDERS

    def __init__(self, system: System, *, clock: Callable[[], float]):
        """:param clock: seconds since the run began."""
        self.system, self.clock = system, clock
        self.struck: list[Struck] = []
        self.died: list[str] = []  # parts that ended without our doing
        # How often a mail sender may have been stopped between the server's "250" and its note of it.
        self.interruptions = 0
        self.special: dict[str, Callable[[Fault], None]] = {}  # further kinds of faults
        self.batch_is_placed: Callable[[], bool] = lambda: True

    def strike(self, fault: Fault) -> None:
        self.struck.append(Struck(fault, round(self.clock(), 1)))
        broken = self.system.links.broken
        match fault.kind:
            case kind if kind in self.special:
                self.special[kind](fault)
            case "kill" if fault.part == EVERYTHING:
                self._power_cut(fault)
            case "kill":
                self._restart(self.system.part(fault.part), fault.seconds)
            case "wipe":
                self._restart(self.system.rabbitmq, fault.seconds, wipe=True)
            case "pause":
                self._pause(self.system.part(fault.part), fault.seconds)
            case _:
                self._cut(fault)
        if fault.part in self.needed_by_senders and fault.kind != "pause":
            # Of lost answers there may be many in one fault, and each ends one conversation.
            broken = self.system.links.broken - broken
            self.interruptions += broken if fault.kind == "lost_answer" else SENDERS
        self.look_after()

    def look_after(self) -> None:
        """This function will start again what ended by itself, as an init system would, and remember it."""
        for part in self.system.parts:
            if not part.is_running():
                self.died.append(part.name)
                part.kill()
                _start(part)

    def _restart(self, part: Part, down_s: float, *, wipe: bool = False) -> None:
        part.kill()
        if wipe:
            shutil.rmtree(self.system.rabbitmq.folder / "mnesia")
        time.sleep(down_s)
        _start(part)

    def _power_cut(self, fault: Fault) -> None:
        for part in reversed(self.system.parts):
            part.kill()
        time.sleep(fault.seconds)
        start_all([self.system.names])
        start_all(self.system.servers)
        start_all(self.system.programs)

    def _pause(self, part: Part, seconds: float) -> None:
        part.pause()
        try:
            time.sleep(seconds)
        finally:
            part.resume()

    def _cut(self, fault: Fault) -> None:
        self.system.links.turn(fault.part, Mode(fault.kind))
        try:
            time.sleep(fault.seconds)
            deadline = time.monotonic() + LONGEST_S
            while fault.until_placed and not self.batch_is_placed() and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            self.system.links.turn(fault.part, Mode.PASS)


def _start(part: Part) -> None:
    """Once more if it ends at once: a port of a process that was just killed may need a moment."""
    for last_try in (False, True):
        try:
            part.start()
            part.wait_until_ready()
            return
        except PartFailed:
            if last_try:
                raise
            part.kill()
            time.sleep(1)
