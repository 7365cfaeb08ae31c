"""Backups of both databases and all pictures, in one file; the same file fits the demo and docker compose.

The shop is dumped first: an order that it sends in the meantime is then in the store's dump, where a repeat does no harm.
The other way round the shop would believe in orders that its store has never heard of.
"""

import contextlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from parts import ROOT
from parts.lock import Busy, Lock
from parts.ports import HOST, free_port
from parts.postgres import DATABASES, SUPERUSER, Postgres, binaries

# Pictures come and go meanwhile, each whole under its name, and those that the dumps know of are all there by then. So what
# tar says of a folder that changes (1) is no fault; what it could not read (2) is.
PACK = "tar -C \"$0\" --exclude='*.part' -cf - . || test $? -eq 1"
HAS_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


class BackupFailed(Exception):
    """Nothing was changed, or the message says what was."""


def run(
    command: list[str], *, env: dict[str, str] | None = None, reads: IO | None = None, writes: IO | None = None
) -> str:
    """This function will run the command and return what it printed, unless that went to a file.

    :raises BackupFailed: with what it said about the reason.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=reads or subprocess.DEVNULL,
        stdout=writes or subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{' '.join(command)}\n{done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode() if done.stdout else ""


class DemoPlace:
    """The data of `make demo`, whether it runs or not."""

    def __init__(self, home: Path):
        self.home = Path(home).resolve()
        self.postgres = Postgres(self.home, free_port())

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        if Lock(self.home).holder():
            # Line four of Postgres' own file is the port of the server that is running.
            self.postgres.port = int((self.postgres.data / "postmaster.pid").read_text().splitlines()[3])
            yield
        elif not self.postgres.data.exists():
            raise BackupFailed(f"There is no demo in {self.home} yet. It is made by: make demo")
        else:
            with self._own_postgres():
                yield

    @contextlib.contextmanager
    def replacing(self) -> Iterator[None]:
        with self._own_postgres():
            yield
        (self.home / "loaded").touch()  # the next start adds no demo books to what was restored

    def alone(self) -> contextlib.AbstractContextManager:
        return contextlib.nullcontext()  # a demo that runs was refused before

    @contextlib.contextmanager
    def _own_postgres(self) -> Iterator[None]:
        try:
            lock = Lock(self.home).take("a backup is being made or restored")
        except Busy as other:
            raise BackupFailed(f"The demo is running ({other}). Stop it first: make down") from None
        with lock:
            self.postgres.start()
            try:
                self.postgres.wait_until_ready()
                yield
            finally:
                self.postgres.stop()

    def pg(self, database: str, program: str, *arguments: str, **files: IO) -> str:
        command = [str(binaries() / program), "-h", HOST, "-p", str(self.postgres.port), "-U", SUPERUSER, *arguments]
        password = (self.home / "secrets" / f"postgres-{SUPERUSER}").read_text()
        return run(command, env={"PGPASSWORD": password}, **files)

    def media_out(self, database: str, file: IO) -> None:
        self._media(database).mkdir(parents=True, exist_ok=True)
        run(["sh", "-c", PACK, str(self._media(database))], writes=file)

    def media_in(self, database: str, file: IO) -> None:
        self._media(database).mkdir(parents=True, exist_ok=True)
        run(["tar", "-C", str(self._media(database)), "-xf", "-"], reads=file)

    def _media(self, database: str) -> Path:
        return self.home / "media" / database


class ComposePlace:
    """The data of `docker compose up`; the databases must be up."""

    # Who may write the pictures of whom.
    PICTURES = {"shop": "worker-pictures", "store": "store"}
    USERS = ["nginx", "shop", "shop-live", "store", "beat"]
    USERS += ["worker", "worker-mail", "worker-pictures", "worker-imports"]

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        yield

    replacing = reading

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        run(["docker", "compose", "stop", *self.USERS])
        try:
            yield
        finally:
            run(["docker", "compose", "up", "--detach", "--wait"])

    def pg(self, database: str, program: str, *arguments: str, **files: IO) -> str:
        command = ["docker", "compose", "exec", "-T", f"{database}-db", program, "-U", SUPERUSER, *arguments]
        return run(command, **files)

    def media_out(self, database: str, file: IO) -> None:
        self._in_volume(database, PACK, writes=file)

    def media_in(self, database: str, file: IO) -> None:
        self._in_volume(database, 'tar -C "$0" -xf -', reads=file)

    def _in_volume(self, database: str, command: str, **files: IO) -> None:
        start = ["docker", "compose", "run", "--rm", "-T", "--no-deps", "--entrypoint", "sh", self.PICTURES[database]]
        run([*start, "-c", command, "/srv/media"], **files)


def back_up(place: DemoPlace | ComposePlace, file: Path) -> None:
    """This function will write a backup; the file appears under its name only once it is whole.

    :raises BackupFailed:
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.part")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder, place.reading():
        for name in DATABASES:
            with Path(folder, f"{name}.dump").open("wb") as dump:
                place.pg(
                    name, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--dbname", name, writes=dump
                )
        for name in DATABASES:
            with Path(folder, f"{name}-media.tar").open("wb") as media:
                place.media_out(name, media)
        unfinished.touch(mode=0o600)  # it holds the customers' addresses
        with tarfile.open(unfinished, "w") as whole:
            for path in sorted(Path(folder).iterdir()):
                whole.add(path, path.name)
    unfinished.rename(file)


def restore(place: DemoPlace | ComposePlace, file: Path, *, overwrite: bool) -> None:
    """This function will put a backup in the place of both databases; pictures are added to those that are there.

    Both are loaded beside the present ones first, so that a broken file changes nothing.

    :raises BackupFailed: also if there is something to lose and overwrite is not set.
    """
    with tempfile.TemporaryDirectory(prefix="bookshop-restore-") as folder:
        _unpack(file, Path(folder))
        with place.replacing():
            if not overwrite and any(_has_tables(place, name) for name in DATABASES):
                raise BackupFailed("There are data already. To replace them by the backup, add --yes.")
            with place.alone():
                _replace(place, Path(folder))


def _replace(place: DemoPlace | ComposePlace, folder: Path) -> None:
    for name in DATABASES:
        _load_beside(place, name, folder / f"{name}.dump")
    for name in DATABASES:
        with (folder / f"{name}-media.tar").open("rb") as media:
            place.media_in(name, media)
    for name in DATABASES:
        _swap(place, name)


def _unpack(file: Path, folder: Path) -> None:
    wanted = {f"{name}{end}" for name in DATABASES for end in (".dump", "-media.tar")}
    try:
        with tarfile.open(file) as whole:
            if set(whole.getnames()) != wanted:
                raise BackupFailed(f"{file} is not a backup made by scripts/backup.")
            for name in wanted:
                with (folder / name).open("wb") as unpacked:
                    shutil.copyfileobj(whole.extractfile(name), unpacked)
    except (OSError, tarfile.TarError) as error:
        raise BackupFailed(f"{file} cannot be read: {error}") from None


def _has_tables(place: DemoPlace | ComposePlace, name: str) -> bool:
    return place.pg(name, "psql", "-d", name, "-Atc", HAS_TABLES).strip() != "0"


def _sql(place: DemoPlace | ComposePlace, name: str, *statements: str) -> None:
    words = [word for statement in statements for word in ("-c", statement)]
    place.pg(name, "psql", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1", *words)


def _load_beside(place: DemoPlace | ComposePlace, name: str, dump: Path) -> None:
    beside = f"{name}_restored"
    _sql(place, name, f"DROP DATABASE IF EXISTS {beside}", f"CREATE DATABASE {beside} OWNER {name}")
    with dump.open("rb") as reads:
        place.pg(name, "pg_restore", "--exit-on-error", "--no-owner", f"--role={name}", "--dbname", beside, reads=reads)


def _swap(place: DemoPlace | ComposePlace, name: str) -> None:
    _sql(
        place,
        name,
        f"REVOKE ALL ON DATABASE {name}_restored FROM PUBLIC",
        f"DROP DATABASE {name} WITH (FORCE)",
        f"ALTER DATABASE {name}_restored RENAME TO {name}",
    )


def default_file() -> Path:
    return ROOT / ".run" / "backups" / f"bookshop-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.tar"
