"""Private services around one command: the parts that are asked for, and the addresses they are reached at."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.mailcatcher import MailCatcher
from parts.ports import free_port
from parts.postgres import Postgres
from parts.process import Part, ends_with_us, start_all, stop_all
from parts.rabbitmq import NameRegister, RabbitMQ
from parts.redis import Redis

NAMES = ("postgres", "redis", "rabbitmq", "mail")
MEMBERS = ("shop", "store")


class Services:
    """A Postgres each, Redis, RabbitMQ and a mail catcher for tests: empty at the start, thrown away at the end."""

    def __init__(self, home: Path, only: tuple[str, ...] = NAMES, members: tuple[str, ...] = MEMBERS):
        """:param members: whose databases are wanted."""
        self.parts: list[Part] = []
        self.addresses: dict[str, str] = {}
        self._members = members
        for name in only:
            getattr(self, f"_plan_{name}")(Path(home))

    def _plan_postgres(self, home: Path) -> None:
        if _given(*(f"{member.upper()}_DATABASE_URL" for member in self._members)):
            return
        for member in self._members:
            # A transaction open in a neighbour's database would hold the feeds of the whole server back.
            postgres = Postgres(home / member, free_port(), for_tests=True)
            self.parts.append(postgres)
            self.addresses[f"{member.upper()}_DATABASE_URL"] = postgres.url(member)

    def _plan_redis(self, home: Path) -> None:
        if _given("REDIS_URL"):
            return
        redis = Redis(home, free_port())
        self.parts.append(redis)
        self.addresses["REDIS_URL"] = redis.url()

    def _plan_rabbitmq(self, home: Path) -> None:
        if os.environ.get("BROKER_URL", "").startswith("amqp"):
            return
        names = NameRegister(home)
        rabbitmq = RabbitMQ(home, free_port(), names)
        self.parts += [names, rabbitmq]
        self.addresses["BROKER_URL"] = rabbitmq.url()

    def _plan_mail(self, home: Path) -> None:
        if _given("EMAIL_URL", "MAIL_API_URL"):
            return
        mail = MailCatcher(home, smtp_port=free_port(), web_port=free_port())
        self.parts.append(mail)
        self.addresses["EMAIL_URL"] = mail.smtp_url
        self.addresses["MAIL_API_URL"] = mail.web_url

    def start(self) -> None:
        # The register of names first: RabbitMQ looks for it while starting.
        start_all([part for part in self.parts if isinstance(part, NameRegister)])
        start_all([part for part in self.parts if not isinstance(part, NameRegister)])

    def stop(self) -> None:
        stop_all(self.parts)


@contextmanager
def private_services(
    home: Path, only: tuple[str, ...] = NAMES, members: tuple[str, ...] = MEMBERS
) -> Iterator[Services]:
    """This function will keep the services running for the length of a with block, and stop them also on TERM.

    :raises PartFailed, NotInstalled: before the block is entered.
    """
    services = Services(home, only, members)
    signal.signal(signal.SIGTERM, _leave)
    try:
        services.start()
        yield services
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # already on our way out
        services.stop()


def run(command: list[str], *, only: tuple[str, ...] = NAMES, member: str = "") -> int:
    """This function will run the command with the services' addresses and return its exit code.

    :param member: "shop" or "store": DATABASE_URL names this one's database, and there is no other.
    :raises PartFailed, NotInstalled: before the command is run.
    """
    members = (member,) if member else MEMBERS
    with (
        tempfile.TemporaryDirectory(prefix="bookshop-") as home,
        private_services(Path(home), only, members) as services,
    ):
        env = {**os.environ, **services.addresses}
        if member:
            env["DATABASE_URL"] = env[f"{member.upper()}_DATABASE_URL"]
        return _run(command, env)


def _run(command: list[str], env: dict[str, str]) -> int:
    child = subprocess.Popen(ends_with_us(command, signal.SIGTERM), env=env)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return child.wait()  # the terminal has told the command as well
    except SystemExit:
        child.terminate()
        child.wait()
        raise
    finally:
        child.kill()


def _leave(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _given(*names: str) -> bool:
    return all(os.environ.get(name) for name in names)
