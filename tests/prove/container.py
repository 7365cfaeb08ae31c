"""One container as a part that can be killed, paused and cut off; and what can be asked of it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

from parts.process import POLL_SECONDS, SHOWN_LOG_LINES, PartFailed
from prove.docker import Compose, DockerFailed, docker
from prove.proxy import Mode

CABLE = Path(__file__).with_name("cable.py")
CABLE_IMAGE = "bookshop-secrets"  # any of ours with a Python
LOOK = "{{.Id}} {{.RestartCount}} {{json .State}}"
PAUSE_ATTEMPTS, PAUSE_AGAIN_S = 8, 0.5
LOOK_AGAIN_S = 5 * POLL_SECONDS


@dataclass(frozen=True)
class Seen:
    status: str = "gone"  # running, paused, exited, restarting …
    health: str = "none"
    restarts: int = 0  # by the engine, because it had ended by itself


class Looks:
    """How all containers are, asked at once: every question to the engine costs a process."""

    def __init__(self, compose: Compose):
        self._compose = compose
        self._ids: dict[str, str] = {}
        self._seen: dict[str, Seen] = {}
        self._at = 0.0

    def renew(self) -> None:
        """After containers were made anew."""
        self._ids, self._at = self._compose.ids(), 0.0

    def id_of(self, service: str) -> str:
        """:raises PartFailed: if it has no container."""
        if service not in self._ids:
            raise PartFailed(f"There is no container of {service}.")
        return self._ids[service]

    def ids(self, services: list[str]) -> list[str]:
        return [self.id_of(service) for service in services]

    def at(self, service: str) -> Seen:
        if time.monotonic() - self._at > LOOK_AGAIN_S:
            told = docker("inspect", "--format", LOOK, *self._ids.values()).splitlines()
            self._seen = dict(_seen(line) for line in told if line)
            self._at = time.monotonic()
        return self._seen.get(self._ids.get(service, ""), Seen())

    def forget(self) -> None:
        """After something was done to a container."""
        self._at = 0.0


def _seen(line: str) -> tuple[str, Seen]:
    container, restarts, state = line.split(" ", 2)
    told = json.loads(state)
    health = (told.get("Health") or {}).get("Status", "none")  # jobs have no health check
    return container, Seen(told["Status"], health, int(restarts))


class Container:
    """The boundary of parts.process.Part, as far as a proof uses it."""

    ready_within_seconds = 120

    def __init__(self, name: str, looks: Looks):
        self.name, self.looks = name, looks
        self.started = 0.0
        self._restarts = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self._do("start")

    def kill(self) -> None:
        """kill -9 of the container's first process, and with it of all others. Docker does not start it again by itself."""
        if self.looks.at(self.name).status in ("running", "paused", "restarting"):
            self._do("kill", "--signal", "KILL")

    def pause(self) -> None:
        """Tried again where the kernel could not: a container whose health check is just starting cannot be frozen."""
        for attempt in range(1, PAUSE_ATTEMPTS + 1):
            try:
                self._do("pause")
                return
            except DockerFailed:
                if attempt == PAUSE_ATTEMPTS:
                    raise
                time.sleep(PAUSE_AGAIN_S)

    def resume(self) -> None:
        self._do("unpause")

    def check(self) -> bool:
        """This function will say whether its own health check has passed.

        :raises PartFailed: if it has ended, or has been given long enough.
        """
        seen = self.looks.at(self.name)
        if seen.status == "exited":
            raise PartFailed(f"{self.name} ended\n{self.tail()}")
        if seen.status == "running" and seen.health in ("healthy", "none"):
            return True
        if time.monotonic() - self.started > self.ready_within_seconds:
            raise PartFailed(f"{self.name} was not healthy within {self.ready_within_seconds} s\n{self.tail()}")
        return False

    def wait_until_ready(self) -> None:
        while not self.check():
            time.sleep(POLL_SECONDS)

    def times_ended(self) -> int:
        """How often it has ended by itself since we last asked; Docker has started it again."""
        restarts = self.looks.at(self.name).restarts
        known, self._restarts = self._restarts, restarts
        return max(restarts - known, 0)  # Docker counts anew when we start it ourselves

    def tail(self) -> str:
        lines = self.said("--tail", str(SHOWN_LOG_LINES)).splitlines()
        return "\n".join([f"the end of its log ({self.name}):", *(f"  | {line}" for line in lines)])

    def said(self, *options: str) -> str:
        return docker("logs", *options, self.looks.id_of(self.name), both=True)

    def _do(self, *command: str) -> None:
        verb, *options = command
        docker(verb, *options, self.looks.id_of(self.name))
        self.looks.forget()


class Plugs:
    """The boundary of prove.proxy.Links: what can be done to the ways to a server."""

    broken = 0  # conversations that we know to have ended

    def __init__(self, part: Callable[[str], Container]):
        self._part = part
        self._left: dict[str, dict[str, list[str]]] = {}  # server → network → its names there

    def turn(self, name: str, mode: Mode) -> None:
        """REFUSE takes the container out of all its networks: nobody knows its name any more. HOLE pulls its plugs.

        :raises ValueError: for a mode that containers do not know.
        """
        container = self._part(name).looks.id_of(name)
        match mode:
            case Mode.REFUSE:
                self._leave(name, container)
            case Mode.HOLE:
                _plugs_of(container, "down")
            case Mode.PASS if name in self._left:
                self._return(name, container)
            case Mode.PASS:
                _plugs_of(container, "up")
            case _:
                raise ValueError(f"Containers know no {mode.value}.")

    def _leave(self, name: str, container: str) -> None:
        networks = json.loads(docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container))
        self._left[name] = {network: told["Aliases"] or [] for network, told in networks.items()}
        for network in networks:
            docker("network", "disconnect", network, container)

    def _return(self, name: str, container: str) -> None:
        for network, aliases in self._left.pop(name).items():
            names = [word for alias in aliases for word in ("--alias", alias)]
            docker("network", "connect", *names, network, container)


def _plugs_of(container: str, turned: str) -> None:
    own = ("--network", f"container:{container}", "--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN")
    program = CABLE.read_text()
    docker("run", "--rm", "-i", *own, "--entrypoint", "python", CABLE_IMAGE, "-", turned, given=program)


class ContainerDatabase:
    def __init__(self, container: Container, service: str, home: Path):
        self.container, self.service = container, service
        self.name, self._log = container.name, home / f"{container.name}.log"

    @property
    def log(self) -> Path:
        """A file with all that the container has written until now."""
        self._log.write_text(self.container.said())
        return self._log

    def connect(self) -> "Psql":
        """This function will open a way to read, past all networks: psql in the database's own container."""
        return Psql(self.container, self.service)


class Rows(list[dict[str, Any]]):
    """What a cursor would give."""

    def fetchall(self) -> "Rows":
        return self

    def fetchone(self) -> dict[str, Any] | None:
        return self[0] if self else None


class Psql:
    """As much of a psycopg connection as a proof needs: SELECTs without parameters, rows as dicts."""

    def __init__(self, container: Container, service: str):
        self._container, self._service = container, service

    def __enter__(self) -> "Psql":
        return self

    def __exit__(self, *_) -> None:
        pass

    def execute(self, sql: str) -> Rows:
        """:raises psycopg.OperationalError: if the database cannot be asked."""
        as_json = f"SELECT coalesce(json_agg(row), '[]') FROM ({sql}) AS row;"
        psql = ("psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-U", self._service, "-d", self._service)
        try:
            told = docker("exec", "-i", self._container.looks.id_of(self._container.name), *psql, given=as_json)
        except DockerFailed as error:
            raise psycopg.OperationalError(str(error)) from error
        return Rows(json.loads(told, parse_float=Decimal))
