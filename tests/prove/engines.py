"""What a proof may run on: plain processes on this machine, or the containers of docker-compose.yml."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from parts.process import start_all
from prove import containers, plan
from prove.docker import docker
from prove.nemesis import Nemesis
from prove.nginx import is_installed
from prove.plan import BadPlan, Fault
from prove.system import System


class ContainerNemesis(Nemesis):
    """The same faults, done to containers."""

    needed_by_senders = containers.NEEDED_BY_SENDERS

    def look_after(self) -> None:
        """Docker starts again what ended by itself; we only remember it."""
        for part in self.system.parts:
            self.died += [part.name] * part.times_ended()

    def _restart(self, part, down_s: float, *, wipe: bool = False) -> None:
        if not wipe:
            super()._restart(part, down_s)
            return
        part.kill()
        time.sleep(down_s)
        self.system.wipe_broker()
        part.started = time.monotonic()
        part.wait_until_ready()

    def _power_cut(self, fault: Fault) -> None:
        """All at once, and up again in the worst order: those first who need the others."""
        parts = list(self.system.parts)
        ids = self.system.looks.ids([part.name for part in parts])
        docker("kill", "--signal", "KILL", *ids)
        self.system.looks.forget()
        time.sleep(fault.seconds)
        start_all(reversed(parts))


@dataclass(frozen=True)
class Engine:
    name: str
    system: Callable[..., System]
    nemesis: type[Nemesis]
    matrix: Callable[[], list[Fault]]
    left_out: str = ""  # faults that the other engine has


ENGINES = {
    "processes": Engine("processes", System, Nemesis, lambda: plan.matrix(with_nginx=is_installed())),
    "compose": Engine("compose", containers.ComposeSystem, ContainerNemesis, containers.matrix, containers.LEFT_OUT),
}


def engine_named(name: str) -> Engine:
    """:raises BadPlan: naming those that there are."""
    if name not in ENGINES:
        raise BadPlan(f"ENGINE knows no {name!r}, only: {', '.join(ENGINES)}.")
    return ENGINES[name]
