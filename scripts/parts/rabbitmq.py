"""A private RabbitMQ: the machine's program with its own name, ports, folder and cookie, on the loopback only.

Two processes: epmd, Erlang's register of names (started here, since the one RabbitMQ would start outlives it), and the broker.
"""

import os
import shutil
import subprocess
from pathlib import Path

from parts.ports import HOST, answers, free_port
from parts.process import Part
from parts.secret import secret

# Debian's scripts in PATH step down to the account rabbitmq and its folders; these do not.
PLACES = ("/usr/lib/rabbitmq/bin", "/usr/local/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/opt/homebrew/sbin")
AMQP_GREETING = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"
USER = "bookshop"


class NotInstalled(Exception):
    """There is no RabbitMQ on this machine, and we may not install one."""


def server() -> str | None:
    found = [f"{place}/rabbitmq-server" for place in PLACES if os.path.exists(f"{place}/rabbitmq-server")]
    return found[0] if found else shutil.which("rabbitmq-server")


def ensure_installed() -> None:
    """This function will install Debian's RabbitMQ where we are root, without leaving its service running.

    :raises NotInstalled: with a sentence that says what to do.
    """
    if server():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotInstalled(
            "RabbitMQ is missing. Install it (Debian, Ubuntu: apt-get install --no-install-recommends rabbitmq-server) "
            "or name a running one: BROKER_URL=amqp://user:password@host:5672//"
        )
    print("installing Debian's rabbitmq-server …", flush=True)
    apt_install("rabbitmq-server")
    if not server():
        raise NotInstalled("apt-get did not bring rabbitmq-server; its messages are above.")


def apt_install(*packages: str) -> None:
    """This function will install Debian packages; their services are not started, now or at the next boot."""
    refuse = Path("/usr/sbin/policy-rc.d")  # where Debian asks whether it may start a service
    ours = not refuse.exists()
    if ours:
        refuse.write_text("#!/bin/sh\nexit 101\n")
        refuse.chmod(0o755)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o=Dpkg::Use-Pty=0", *packages]
        subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False)
    finally:
        if ours:
            refuse.unlink()


class NameRegister(Part):
    """epmd in the foreground, so that it ends with us."""

    def __init__(self, home: Path):
        self.port = free_port()
        epmd = shutil.which("epmd") or "/usr/lib/erlang/bin/epmd"
        super().__init__("epmd", [epmd, "-address", HOST, "-port", str(self.port)], home=home)

    def is_ready(self) -> bool:
        return answers(self.port)


class RabbitMQ(Part):
    def __init__(self, home: Path, port: int, names: NameRegister):
        ensure_installed()
        super().__init__("rabbitmq", [server()], home=home)
        self.port, self.names, self.distribution_port = port, names, free_port()
        self.folder = self.home / "rabbitmq"

    def url(self) -> str:
        return f"amqp://{USER}:{self._password()}@{HOST}:{self.port}//"

    def _password(self) -> str:
        return secret(self.home / "secrets" / "rabbitmq")

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = self.folder / "rabbitmq.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"listeners.tcp.1 = {HOST}:{self.port}\ndefault_user = {USER}\ndefault_pass = {self._password()}\n"
            "log.console = true\nlog.console.level = warning\nlog.file = false\n"
        )
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "empty").touch()
        self.env = self._environment(settings)

    def _environment(self, settings: Path) -> dict[str, str]:
        return {
            "HOME": str(self.folder),  # Erlang makes its cookie there
            "RABBITMQ_NODENAME": f"bookshop-{self.home_number()}@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "empty"),
            "RABBITMQ_CONFIG_FILE": str(settings),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            "ERL_EPMD_PORT": str(self.names.port),
            "ERL_EPMD_ADDRESS": HOST,
            "RUNNING_UNDER_SYSTEMD": "1",  # no shell between us and the broker: signals reach it
        }

    def home_number(self) -> int:
        """The data folder carries the node's name, so the name must stay the same at the next start."""
        return self.home.stat().st_ino

    def is_ready(self) -> bool:
        return answers(self.port, send=AMQP_GREETING, expect=METHOD_FRAME)
