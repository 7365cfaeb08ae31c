"""Every gate and every member's tests, one after the other, counted together."""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from parts import ROOT

BIN = Path(sys.executable).parent
TEST_SECRET_KEY = "only-for-tests-" + "x" * 50


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


@dataclass(frozen=True)
class Gate:
    """A command that must end well; it counts as one test."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    beside = ""

    def run(self, env: dict[str, str]) -> Count:
        done = subprocess.run(self.command, cwd=ROOT, env={**env, **self.env}, check=False)
        return Count(passed=1) if done.returncode == 0 else Count(failed=1)


@dataclass(frozen=True)
class Member:
    """Tests of one folder, run by pytest with the settings of the pyproject.toml there.

    :ivar beside: the member it begins with; what it says is shown when it has ended.
    """

    name: str
    folder: str
    database: str = ""
    processes: int = 0
    tests: tuple[str, ...] = ("tests",)
    beside: str = ""

    def run(self, env: dict[str, str], output: IO | None = None) -> Count:
        report = ROOT / ".run" / "reports" / f"{self.name}.xml"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.unlink(missing_ok=True)
        if self.database:
            env = {**env, "DATABASE_URL": env[f"{self.database}_DATABASE_URL"]}
        command = [str(BIN / "pytest"), *self.tests, "-q", f"--junitxml={report}"]
        command += ["-n", str(self.processes)] if self.processes else []
        done = subprocess.run(command, cwd=ROOT / self.folder, env=env, check=False, stdout=output, stderr=output)
        return _counted(report, done.returncode)


def _counted(report: Path, exit_code: int) -> Count:
    """A run that ended badly without a failed test (nothing found, not collected, killed) counts as one failure."""
    count = Count()
    if report.exists():
        for suite in ET.parse(report).getroot().iter("testsuite"):
            total, bad = int(suite.get("tests")), int(suite.get("failures")) + int(suite.get("errors"))
            skipped = int(suite.get("skipped"))
            count.add(Count(passed=total - bad - skipped, failed=bad, skipped=skipped))
    if exit_code and not count.failed:
        count.failed = 1
    return count


def _manage(service: str, name: str, *arguments: str, **env: str) -> Gate:
    command = (sys.executable, f"services/{service}/manage.py", *arguments)
    settings = {"DJANGO_SETTINGS_MODULE": f"{service}.settings"}
    return Gate(f"{service}: {name}", command, {**settings, **env})


def _first_line(path: Path) -> bytes:
    return path.read_bytes().partition(b"\n")[0]


# flake8 does not look into folders for Python files without .py.
SCRIPTS = [
    str(path) for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and b"python3" in _first_line(path)
]
LINT = (
    Gate("flake8", (str(BIN / "flake8"), "clients", "services", "scripts", "tests", *SCRIPTS)),
    Gate("ruff format", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
    Gate("import order", (str(BIN / "ruff"), "check", "--quiet", ".")),
    Gate("import-linter", (str(BIN / "lint-imports"),)),
)
PROOFS = ("tests/prove", "tests/faults")
MEMBERS = (
    Member("client", "services/store/client"),
    Member("api-client", "clients/python"),
    Member("bell", "services/worker/bell"),
    # One test after the other: a transaction open in a neighbour's database holds the feeds of the whole server back.
    Member("store", "services/store", database="STORE"),
    Member("shop", "services/shop", database="SHOP", processes=2, beside="store"),
    Member("worker", "services/worker", database="SHOP"),
    # A browser waits for its pages most of the time, a proof for its faults.
    Member("journeys", ".", tests=("tests/e2e",)),
    Member("proofs", ".", tests=PROOFS, beside="journeys"),
    Member(
        "system", ".", tests=("tests", *(f"--ignore={folder}" for folder in ("tests/e2e", *PROOFS))), beside="journeys"
    ),
)


def django_gates(env: dict[str, str]) -> Iterator[Gate]:
    for service in ("store", "shop"):
        database = {"DATABASE_URL": env[f"{service.upper()}_DATABASE_URL"], "BROKER_URL": ""}
        yield _manage(service, "check", "check", "--deploy", "--fail-level", "WARNING", HTTPS="1", **database)
        yield _manage(service, "migrations are complete", "makemigrations", "--check", "--dry-run", **database)


def run_all(checks: list[Gate | Member], env: dict[str, str]) -> Count:
    """This function will run the checks in their order and return the sum; each gets a heading and its own result.

    Those beside another begin with it, one after the other, and all have ended before others begin that stand beside
    something. What stands alone does not wait for them.
    """
    total, names = Count(), {check.name for check in checks}
    with ThreadPoolExecutor(1) as lane:
        running: list[tuple[str, IO, Future]] = []
        for check in checks:
            if check.beside in names:
                continue
            if neighbours := [other for other in checks if other.beside == check.name]:
                total.add(_ended(running))
                running = [_begun(other, env, lane) for other in neighbours]
            print(f"\n=== {check.name}", flush=True)
            total.add(_timed(check, env))
        total.add(_ended(running))
    return total


def _begun(check: Member, env: dict[str, str], lane: ThreadPoolExecutor) -> tuple[str, IO, Future]:
    said = tempfile.TemporaryFile("w+")
    return check.name, said, lane.submit(_timed, check, env, said)


def _timed(check: Gate | Member, env: dict[str, str], *output: IO) -> Count:
    began = time.monotonic()
    count = check.run(env, *output)
    print(f"=== {check.name}: {count} ({time.monotonic() - began:.0f} s)", file=next(iter(output), None), flush=True)
    return count


def _ended(running: list[tuple[str, IO, Future]]) -> Count:
    """What neighbours counted, once they have ended; what they said is shown."""
    total = Count()
    for name, said, future in running:
        total.add(future.result())
        said.seek(0)
        print(f"\n=== {name}\n{said.read()}", end="", flush=True)
        said.close()
    return total


def environment() -> dict[str, str]:
    """What the tests run in: DEBUG off, a key, and nothing of a developer's own settings for Django."""
    env = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    # Without compiled files every one of the many processes would compile Django anew.
    return {**env, "DEBUG": "0", "SECRET_KEY": TEST_SECRET_KEY, "PYTHONDONTWRITEBYTECODE": ""}
