"""The whole system wired together: servers, shop, store, worker and beat, on this machine's loopback."""

import json
from collections.abc import Callable
from pathlib import Path

from parts.mailcatcher import MailCatcher
from parts.ports import HOST, free_port, kept_port
from parts.postgres import Postgres
from parts.process import Part, start_all, stop_all
from parts.programs import Celery, Commands, Live, Web
from parts.rabbitmq import NameRegister, RabbitMQ
from parts.redis import Redis
from parts.secret import secret

ALICE, DAN, OLGA = "alice@bookshop.example", "dan@bookshop.example", "olga@bookshop.example"
KIM = "kim@bookshop.example"  # keeps the stock
# Who works in the shop's admin in other roles than the owner's.
SHOP_STAFF = {
    "office": "fay@bookshop.example",
    "dispatcher": "dirk@bookshop.example",
    "agent": "carol@bookshop.example",
}
SECRET_KEY_BYTES, PASSWORD_BYTES = 48, 12
SCOPES = ("orders:push", "feeds:read", "books:write")
Told = Callable[[Part, float], None]


class Bookshop:
    """All parts over one folder; what is in the folder stays, so a later start goes on where the last one ended."""

    def __init__(
        self,
        home: Path,
        *,
        shop_port: int,
        store_port: int,
        mail_port: int,
        broker: str = "redis",
        books: int = 300,
        web_workers: int = 1,
        for_tests: bool = False,
        prices: dict[str, str] | None = None,
    ):
        """
        :param broker: "redis", or "rabbitmq" where the machine has it.
        :param books: put into a store that is new.
        :param prices: the shop's settings of delivery and tax; with them there are coupons and a discount.
        """
        self.home, self.books, self.prices = Path(home).resolve(), books, prices or {}
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.postgres = Postgres(self.home, free_port(), for_tests=for_tests)
        self.redis = Redis(self.home, free_port())
        self.mail = MailCatcher(self.home, smtp_port=free_port(), web_port=mail_port)
        self.names: Part | None = NameRegister(self.home) if broker == "rabbitmq" else None
        self.rabbitmq = RabbitMQ(self.home, free_port(), self.names) if self.names else None
        self.broker_url = self.rabbitmq.url() if self.rabbitmq else self.redis.url(1)
        urls = {"shop": f"http://{HOST}:{shop_port}", "store": f"http://{HOST}:{store_port}"}
        live_port = kept_port(self.home / "live-port")  # pages that are open come back to it after a restart
        self.shop_env = self._env("shop", urls) | {
            "LIVE_PORT": str(live_port),
            "STORE_URL": urls["store"],
            "STORE_PUBLIC_URL": urls["store"],
            "STORE_TOKEN_FILE": str(self.token_file),
            "TEST_BANK": "1",
            "EMAIL_URL": self.mail.smtp_url,
            "MAIL_API_URL": self.mail.web_url,
            **self.prices,
        }
        self.store_env = self._env("store", urls)
        web = {"home": self.home, "workers": web_workers}
        self.shop = Web("shop", port=shop_port, env={**self.shop_env, "DATABASE_POOL": "1"}, **web)
        self.store = Web("store", port=store_port, env={**self.store_env, "DATABASE_POOL": "8"}, **web)
        self.live = Live("live", port=live_port, home=self.home, env={**self.shop_env, "DATABASE_POOL": "1"})
        celery = {"home": self.home, "env": self.shop_env}
        self.worker = Celery("worker", ["-Q", "orders,sync,mail,pictures,webhooks", "--concurrency", "3"], **celery)
        self.imports = Celery(
            "imports",
            ["-n", "imports@%h", "-Q", "imports,works", "--concurrency", "2"],
            home=self.home,
            env=self.store_env,
            app="worker.store_app",
            command="worker",
        )
        self.beat = Celery("beat", ["--pidfile=", "--schedule", str(self.home / "timetable")], **celery)

    @property
    def parts(self) -> list[Part]:
        """In the order they start in."""
        servers = [self.names, self.rabbitmq, self.redis, self.mail, self.postgres]
        return [part for part in servers if part] + self.programs

    @property
    def programs(self) -> list[Part]:
        return [self.store, self.shop, self.live, self.worker, self.imports, self.beat]

    @property
    def token_file(self) -> Path:
        return self.home / "secrets" / "service-token"

    @property
    def _loaded(self) -> Path:
        return self.home / "loaded"

    def _env(self, service: str, urls: dict[str, str]) -> dict[str, str]:
        port = urls[service].rpartition(":")[2]
        key = self.home / "secrets" / f"{service}-secret-key"
        secret(key, random_bytes=SECRET_KEY_BYTES)
        return {
            "DJANGO_SETTINGS_MODULE": f"{service}.settings",
            "SECRET_KEY_FILE": str(key),
            "DEBUG": "0",
            "DEMO": "1",
            "HTTPS": "0",
            "PUBLIC_URL": urls[service],
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "CSRF_TRUSTED_ORIGINS": f"http://{HOST}:{port},http://localhost:{port}",
            "DATABASE_URL": self.postgres.url(service),
            "REDIS_URL": self.redis.url(),
            "BROKER_URL": self.broker_url,
            "MEDIA_ROOT": str(self.home / "media" / service),
            "PRIVATE_ROOT": str(self.home / "private" / service),
            "SERVE_MEDIA": "1",
            # Eleven processes import the same modules; let the first one keep what it compiled.
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def start(self, on_ready: Told = lambda part, seconds: None) -> None:
        """This function will start everything and return when it can be used.

        :raises PartFailed: what did start is left running; call stop().
        """
        if self.names:
            start_all([self.names])
        start_all([part for part in self.parts if part not in (self.names, *self.programs)], on_ready)
        start_all([self._prepare_store(), self._prepare_shop()], on_ready)
        start_all(self.programs, on_ready)
        if not self._loaded.exists():
            commands = [["sync_books"], *self._demo_prices]
            start_all([Commands("first sync", commands, home=self.home, env=self.shop_env)], on_ready)
            self._loaded.touch()

    def _prepare_store(self) -> Commands:
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        commands = [
            ["migrate", "--noinput"],
            ["pair_service", "shop", *scopes, "--token-file", str(self.token_file)],
            ["ensure_user", OLGA, "--role", "owner", "--password-file", self._password_file("owner")],
            ["ensure_user", DAN, "--role", "packer", "--password-file", self._password_file("packer")],
            ["ensure_user", KIM, "--role", "keeper", "--password-file", self._password_file("keeper")],
        ]
        if not self._loaded.exists():
            commands.append(["populate_db", "--books", str(self.books)])
        return Commands("store tables", commands, home=self.home, env=self.store_env)

    def _prepare_shop(self) -> Commands:
        commands = [
            ["migrate", "--noinput"],
            ["ensure_user", ALICE, "--role", "customer", "--password-file", self._password_file("customer")],
            ["ensure_user", OLGA, "--role", "owner", "--password-file", self._password_file("owner")],
            *(
                ["ensure_user", email, "--role", role, "--password-file", self._password_file(role)]
                for role, email in SHOP_STAFF.items()
            ),
            *self._demo_prices,
        ]
        return Commands("shop tables", commands, home=self.home, env=self.shop_env)

    @property
    def _demo_prices(self) -> list[list[str]]:
        return [["demo_prices"]] if self.prices else []

    def _password_file(self, login: str) -> str:
        file = self.home / "secrets" / f"{login}-password"
        secret(file, random_bytes=PASSWORD_BYTES)
        return str(file)

    def stop(self) -> None:
        """Within nine seconds: first those who use the others."""
        stop_all(self.programs, within=5)
        stop_all([part for part in self.parts if part not in self.programs], within=3.5)

    def stop_leftovers(self) -> None:
        """This function will end what an earlier launcher that was killed the hard way could not."""
        for part in reversed(self.parts):
            part.stop_leftover()

    def card(self) -> dict:
        emails = {"customer": ALICE, "owner": OLGA, "packer": DAN, "keeper": KIM, **SHOP_STAFF}
        return {
            "shop": {"url": self.shop.url},
            "store": {"url": self.store.url},
            "live": {"url": self.live.url},
            "mail": {"url": self.mail.web_url},
            "logins": {
                login: {"email": email, "password": Path(self._password_file(login)).read_text()}
                for login, email in emails.items()
            },
            "service_token": self.token_file.read_text().strip(),
        }


def write_json(file: Path, content: dict) -> None:
    """This function will write the file whole or not at all; it holds passwords, so only we may read it."""
    unfinished = file.with_suffix(".part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=2) + "\n")
    unfinished.rename(file)
