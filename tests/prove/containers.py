"""The proof's own copy of the system as containers: docker-compose.yml as it is, with an override for what a proof needs.

The override changes the timetable, keeps the demo's books out, and puts our own mail catcher in the place of the one that
is configured: a verdict on mails needs a catcher that has a mail on disk before it says so.
"""

import json
import shutil
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from parts import ROOT
from parts.bookshop import DAN, OLGA
from parts.ports import HOST, free_port
from prove.container import Container, ContainerDatabase, Looks, Plugs
from prove.docker import Compose, DockerFailed, docker, ensure_docker
from prove.plan import EVERYTHING, SECONDS, Fault, Plan
from prove.system import TIMETABLE, Told

SERVERS = ("shop", "store", "shop-db", "store-db", "rabbitmq", "redis", "mail", "nginx")
PARTS = (*SERVERS, "shop-live", "worker", "worker-mail", "worker-pictures", "worker-imports", "beat")
SHOP_SIDE = ("shop", "worker", "worker-mail", "worker-pictures", "beat")
# Without these a mail sender cannot finish what it has begun.
NEEDED_BY_SENDERS = ("worker-mail", "shop-db", "rabbitmq", "mail", EVERYTHING)
LEFT_OUT = (
    "lost_answer is left out: nobody stands between two containers who could lose an answer on purpose. Webhooks are left "
    "out: no partner listens within the containers' networks"
)
BOTH_PORTS = "exec 3<>/dev/tcp/127.0.0.1/1025 4<>/dev/tcp/127.0.0.1/8025"
BUILD_WITHIN_S, START_WITHIN_S = 1800, 300


def matrix() -> list[Fault]:
    """Every container killed and paused, every server cut off in both ways, the broker wiped, and one power cut."""
    pairs = [(part, kind) for part in PARTS for kind in ("kill", "pause")]
    pairs += [(part, kind) for part in SERVERS for kind in ("refuse", "hole")]
    pairs += [("rabbitmq", "wipe"), (EVERYTHING, "kill")]
    return [Fault(part, kind, SECONDS[kind]) for part, kind in pairs]


def override(plan: Plan) -> dict:
    """This function will write what is laid over docker-compose.yml."""
    services = {name: {"environment": {**TIMETABLE, **plan.shop_settings}} for name in SHOP_SIDE}
    services["store"] = {"environment": dict(plan.store_settings)}
    for name in ("demo", "demo-prices"):  # the proof fills the shelves itself
        services[name] = {"environment": {"DEMO": "0"}}
    services["mail"] = {
        "image": "bookshop-prove-mail",
        "build": {
            "context": str(ROOT),
            "dockerfile": "tests/prove/mail.Dockerfile",
            "args": {"AIOSMTPD": version("aiosmtpd")},
        },
        "healthcheck": {"test": ["CMD", "bash", "-c", BOTH_PORTS]},
    }
    return {"services": services}


class ComposeMail:
    def __init__(self, port: int):
        self.web_url = f"http://{HOST}:{port}"


class ComposeSystem:
    """What prove.system.System is for processes; the containers have the names that docker-compose.yml gives them."""

    partner = None  # see LEFT_OUT

    def __init__(self, home: Path, plan: Plan, *, mutation: None = None):
        """:param home: emptied first; its path also names the project, so that two checkouts do not meet."""
        self.home, self.plan = home.resolve(), plan
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True, mode=0o700)
        override_file = self.home / "override.json"  # YAML, too
        override_file.write_text(json.dumps(override(plan), indent=2))
        ports = {name: free_port() for name in ("SHOP_PORT", "STORE_PORT", "MAIL_PORT")}
        project = f"bookshop-prove-{sha256(str(self.home).encode()).hexdigest()[:8]}"
        self.compose = Compose(project, override_file, {name: str(port) for name, port in ports.items()})
        self.shop_url, self.store_url = f"http://{HOST}:{ports['SHOP_PORT']}", f"http://{HOST}:{ports['STORE_PORT']}"
        self.mail = ComposeMail(ports["MAIL_PORT"])
        self.looks = Looks(self.compose)
        self.parts = [Container(name, self.looks) for name in PARTS]
        self.rabbitmq = self.part("rabbitmq")
        self.links = Plugs(self.part)
        self.db_shop = ContainerDatabase(self.part("shop-db"), "shop", self.home)
        self.db_store = ContainerDatabase(self.part("store-db"), "store", self.home)
        self._began = False

    def part(self, name: str) -> Container:
        return next(part for part in self.parts if part.name == name)

    @property
    def packer(self) -> tuple[str, str]:
        return DAN, self._in("store", "cat", "/run/bookshop/secrets/packer-password").strip()

    @property
    def office(self) -> tuple[str, str]:
        return OLGA, self._in("store", "cat", "/run/bookshop/secrets/owner-password").strip()

    def start(self, told: Told = lambda what: None) -> None:
        """This function will build and start everything, with books in the store of which the shop has heard.

        :raises NoDocker, PartFailed: what did start is left running; call stop().
        """
        ensure_docker()
        self._began = True
        self.compose.down()  # what a proof that was killed has left
        told("images")
        self.compose("build", "--quiet", within_s=BUILD_WITHIN_S)
        told("containers")
        self._up()
        told("books")
        self._stock()
        told("the shop hears of the books")
        self._in("shop", "python", "manage.py", "sync_books")
        self._in("shop", "python", "-", given=(Path(__file__).parent / "prices.py").read_text())

    def stop(self) -> None:
        if self._began:
            self.compose.down()

    def books(self) -> dict[str, list[int]]:
        """The ids of the books in the store: {"plenty": […], "scarce": […]}."""
        return json.loads((self.home / "books.json").read_text())

    def story(self, number: str) -> str:
        """This function will ask both services for one order's whole story."""
        return "\n".join(self._in(side, "python", "manage.py", "order_story", number) for side in ("shop", "store"))

    def wipe_broker(self) -> None:
        """This function will take the broker's container and its volume away and make both anew, empty."""
        self.compose("rm", "--force", "--stop", "rabbitmq")
        docker("volume", "rm", f"{self.compose.project}_rabbitmq")
        self.compose("up", "--detach", "--no-deps", "rabbitmq")
        self.looks.renew()

    def _up(self) -> None:
        """:raises DockerFailed: with the logs of those that did not become healthy, since they will be gone."""
        wait = ("--wait", "--wait-timeout", str(START_WITHIN_S))
        try:
            self.compose("up", "--detach", *wait, within_s=START_WITHIN_S + 60)
        except DockerFailed as error:
            self.looks.renew()
            tails = [part.tail() for part in self.parts if self.looks.at(part.name).health in ("starting", "unhealthy")]
            raise DockerFailed("\n".join([str(error), *tails])) from error
        self.looks.renew()

    def _stock(self) -> None:
        plan = self.plan
        numbers = [plan.books, plan.copies_each, plan.scarce_books, plan.scarce_copies]
        program = (Path(__file__).parent / "stocking.py").read_text()
        self._in("store", "python", "-", "/tmp/books.json", *map(str, numbers), given=program)
        (self.home / "books.json").write_text(self._in("store", "cat", "/tmp/books.json"))

    def _in(self, service: str, *command: str, given: str = "") -> str:
        return docker("exec", "-i", self.looks.id_of(service), *command, given=given)
