"""The proof's own copy of the system: plain processes in one folder, and a proxy in front of every server."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from parts import ROOT
from parts.bookshop import DAN, OLGA, SCOPES
from parts.mailcatcher import MailCatcher
from parts.ports import HOST, free_port
from parts.postgres import Postgres
from parts.process import Job, Part, start_all, stop_all
from parts.programs import Celery, Commands, Web
from parts.rabbitmq import NameRegister, RabbitMQ
from parts.redis import Redis
from parts.secret import secret
from prove.nginx import Nginx, is_installed
from prove.partner import Partner
from prove.plan import Plan
from prove.proxy import Link, Links

# A conversation with a database or the broker has many small answers, one with a web server few.
LOST_SHARES = {"shop": 0.3, "store": 0.3, "nginx": 0.1, "mail": 0.1, "rabbitmq": 0.1, "redis": 0.1}
LOST_SHARES |= {"db_shop": 0.03, "db_store": 0.03}
# Short enough that a lost hint is made good for within the run; the queues and leases are as in production.
TIMETABLE = {"BOOKS_EVERY_S": "8", "STATUSES_EVERY_S": "5", "SWEEP_EVERY_S": "2", "PAYMENTS_EVERY_S": "2"}
TIMETABLE |= {"PICTURES_EVERY_S": "60"}
READY_WITHIN_S = 300  # on a busy machine; a part that ends is noticed at once
QUEUES = "orders,sync,mail,pictures,webhooks"
Told = Callable[[str], None]


class Database(Postgres):
    """A cluster of its own for each service, so that one can be killed without the other."""

    def __init__(self, name: str, service: str, home: Path):
        super().__init__(home / name, free_port(), for_tests=True)
        self.name, self.service = name, service

    def connect(self, *, as_superuser: bool = False) -> psycopg.Connection:
        """This function will open a connection past the proxy, with rows as dicts."""
        address = self.url(self.service)
        if as_superuser:
            address = f"postgres://postgres:{self._password('postgres')}@{HOST}:{self.port}/{self.service}"
        return psycopg.connect(address, row_factory=dict_row, autocommit=True, connect_timeout=5)


class Celeries(Celery):
    """A Celery process whose name is not its role, since there are two workers."""

    def __init__(self, name: str, role: str, arguments: list[str], *, home: Path, env: dict[str, str]):
        super().__init__(role, arguments, home=home, env=env)
        self.name, self.sign = name, Path(home) / "run" / f"{name}.alive"
        self.env["WORKER_ALIVE_FILE"] = str(self.sign)


class System:
    def __init__(self, home: Path, plan: Plan, *, mutation: dict[str, str] | None = None):
        """:param home: emptied first. :param mutation: environment that takes a guard out of our programs."""
        self.home, self.plan, self.mutation = home.resolve(), plan, mutation or {}
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True, mode=0o700)
        self.links = Links()
        self.db_shop = Database("db_shop", "shop", self.home)
        self.db_store = Database("db_store", "store", self.home)
        self.redis = Redis(self.home, free_port())
        self.names = NameRegister(self.home)
        self.rabbitmq = RabbitMQ(self.home, free_port(), self.names)
        self.mail = MailCatcher(self.home, smtp_port=free_port(), web_port=free_port())
        behind = {"shop": free_port(), "store": free_port()}
        self._link({**behind, "mail": self.mail.smtp_port, "rabbitmq": self.rabbitmq.port, "redis": self.redis.port})
        self._link({"db_shop": self.db_shop.port, "db_store": self.db_store.port})
        self.nginx = self._nginx() if is_installed() else None
        self.fronts = self._fronts()
        self.partner = Partner(self.home / "secrets" / "partner")
        self.shop_env = self._shop_env()
        self.store_env = self._env("store", self.db_store, cache=1) | plan.store_settings
        pools = {"shop": {**self.shop_env, "DATABASE_POOL": "1"}, "store": {**self.store_env, "DATABASE_POOL": "8"}}
        self.shop = Web("shop", home=self.home, port=behind["shop"], env=pools["shop"])
        self.store = Web("store", home=self.home, port=behind["store"], env=pools["store"])
        self.worker_1, self.worker_2 = self._worker("worker_1"), self._worker("worker_2")
        schedule = ["--pidfile=", "--schedule", str(self.home / "timetable")]
        self.beat = Celeries("beat", "beat", schedule, home=self.home, env=self.shop_env)
        for part in self.parts:
            part.ready_within_seconds = READY_WITHIN_S

    @property
    def servers(self) -> list[Part]:
        return [self.rabbitmq, self.redis, self.mail, self.db_shop, self.db_store]

    @property
    def programs(self) -> list[Part]:
        fronts = [self.nginx] if self.nginx else []
        return [self.store, self.shop, self.worker_1, self.worker_2, self.beat, *fronts]

    @property
    def parts(self) -> list[Part]:
        return [self.names, *self.servers, *self.programs]

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    @property
    def shop_url(self) -> str:
        return f"http://{HOST}:{self.fronts['shop'].port}"

    @property
    def store_url(self) -> str:
        return f"http://{HOST}:{self.fronts['store'].port}"

    @property
    def packer(self) -> tuple[str, str]:
        """E-mail and password of somebody who packs."""
        return DAN, Path(self._password_file("packer")).read_text()

    @property
    def office(self) -> tuple[str, str]:
        """Of somebody who decides."""
        return OLGA, Path(self._password_file("owner")).read_text()

    def start(self, told: Told = lambda what: None) -> None:
        """This function will start everything, with books in the store of which the shop has heard.

        :raises PartFailed: what did start is left running; call stop().
        """
        told("servers")
        start_all([self.names])
        start_all(self.servers)
        told("tables")
        start_all([self._prepare_store(), self._prepare_shop()])
        told("books")
        start_all([self._stock()])
        told("programs")
        start_all(self.programs)
        told("the shop hears of the books")
        env = self._unbroken(self.shop_env)
        start_all([Commands("first_sync", [["sync_books"]], home=self.home, env=env)])
        start_all([self._program("prices", env=env)])
        self.partner.start()
        start_all([self._program("partnership", self.partner.url, str(self.home / "secrets" / "partner"), env=env)])

    def stop(self) -> None:
        """Kill is enough: nothing here is worth a farewell, and the folder is emptied before the next run."""
        stop_all(self.programs, within=3)
        stop_all([self.names, *self.servers], within=2)
        self.links.close()
        self.partner.stop()

    def books(self) -> dict[str, list[int]]:
        """The ids of the books in the store: {"plenty": […], "scarce": […]}."""
        return json.loads((self.home / "books.json").read_text())

    def story(self, number: str) -> str:
        """This function will ask both services for one order's whole story."""
        asked = [("shop", self.shop_env), ("store", self.store_env)]
        told = []
        for service, env in asked:
            job = Commands(f"story_{service}", [["order_story", number]], home=self.home, env=self._unbroken(env))
            job.log.unlink(missing_ok=True)
            job.start()
            job.process.wait(READY_WITHIN_S)
            told += [line for line in job.log.read_text().splitlines() if not line.startswith("--- ")]
        return "\n".join(told)

    def _link(self, ports: dict[str, int]) -> None:
        for name, port in ports.items():
            self.links.add(name, free_port(), port, lost_share=LOST_SHARES[name])

    def _nginx(self) -> Nginx:
        return Nginx(self.home, shop=self.links["shop"].port, store=self.links["store"].port)

    def _fronts(self) -> dict[str, Link]:
        """Where people's browsers knock: in front of nginx, if there is one."""
        if not self.nginx:
            return {name: self.links[name] for name in ("shop", "store")}
        behind = {"shop": self.nginx.shop_port, "store": self.nginx.store_port}
        share = LOST_SHARES["nginx"]
        return {name: self.links.add("nginx", free_port(), port, lost_share=share) for name, port in behind.items()}

    def _worker(self, name: str) -> Celeries:
        arguments = ["-n", f"{name}@%h", "-Q", QUEUES, "--concurrency", "2"]
        return Celeries(name, "worker", arguments, home=self.home, env=self.shop_env)

    def _shop_env(self) -> dict[str, str]:
        return self._env("shop", self.db_shop, cache=0) | {
            "STORE_URL": f"http://{HOST}:{self.links['store'].port}",
            "STORE_PUBLIC_URL": self.store_url,
            "STORE_TOKEN_FILE": str(self.home / "secrets" / "service-token"),
            "EMAIL_URL": f"smtp://{HOST}:{self.links['mail'].port}",
            "MAIL_API_URL": self.mail.web_url,
            **self.partner.shop_settings,
            **TIMETABLE,
            **self.plan.shop_settings,
        }

    def _env(self, service: str, database: Database, *, cache: int) -> dict[str, str]:
        key = self.home / "secrets" / f"{service}-secret-key"
        secret(key, random_bytes=48)
        public = self.shop_url if service == "shop" else self.store_url
        return {
            "DJANGO_SETTINGS_MODULE": f"{service}.settings",
            "SECRET_KEY_FILE": str(key),
            "DEBUG": "0",
            "DEMO": "0",
            "STAFF_TOTP": "0",  # who packs here has no telephone
            "HTTPS": "0",
            "PUBLIC_URL": public,
            "ALLOWED_HOSTS": HOST,
            "CSRF_TRUSTED_ORIGINS": public,
            "DATABASE_URL": self._through(database.url(service), database.port, database.name),
            "REDIS_URL": self._through(self.redis.url(cache), self.redis.port, "redis"),
            "BROKER_URL": self._through(self.rabbitmq.url(), self.rabbitmq.port, "rabbitmq"),
            "MEDIA_ROOT": str(self.home / "media" / service),
            "PYTHONDONTWRITEBYTECODE": "",
            **self.mutation,
        }

    def _through(self, url: str, port: int, link: str) -> str:
        return url.replace(f":{port}/", f":{self.links[link].port}/")

    def _unbroken(self, env: dict[str, str]) -> dict[str, str]:
        """For our own commands: the silent bell of a command needs no broker."""
        return {**env, "BROKER_URL": "", "REDIS_URL": ""}

    def _prepare_store(self) -> Commands:
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        commands = [
            ["migrate", "--noinput"],
            ["pair_service", "shop", *scopes, "--token-file", str(self.home / "secrets" / "service-token")],
            ["ensure_user", OLGA, "--role", "owner", "--password-file", self._password_file("owner")],
            ["ensure_user", DAN, "--role", "packer", "--password-file", self._password_file("packer")],
        ]
        return Commands("store_tables", commands, home=self.home, env=self._unbroken(self.store_env))

    def _prepare_shop(self) -> Commands:
        env = self._unbroken(self.shop_env)
        return Commands("shop_tables", [["migrate", "--noinput"]], home=self.home, env=env)

    def _stock(self) -> Job:
        plan = self.plan
        numbers = [plan.books, plan.copies_each, plan.scarce_books, plan.scarce_copies]
        env = self._unbroken(self.store_env)
        return self._program("stocking", str(self.home / "books.json"), *map(str, numbers), env=env)

    def _program(self, name: str, *arguments: str, env: dict[str, str]) -> Job:
        """One of the proof's own programs, run as if it were part of a service."""
        command = [sys.executable, "-m", f"prove.{name}", *arguments]
        paths = os.pathsep.join([str(ROOT / "scripts"), str(ROOT / "tests")])
        return Job(name, command, home=self.home, env={**env, "PYTHONPATH": paths})

    def _password_file(self, login: str) -> str:
        file = self.home / "secrets" / f"{login}-password"
        secret(file, random_bytes=12)
        return str(file)
