"""Our own programs as parts: a web server, a Celery process, a row of manage.py commands."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

from parts import ROOT
from parts.ports import HOST
from parts.process import Job, Part

THREADS = 8


class Web(Part):
    """gunicorn with threads, ready when its service says so."""

    def __init__(self, name: str, *, home: Path, port: int, env: dict[str, str], workers: int = 1):
        command = [sys.executable, "-m", "gunicorn", f"{name}.wsgi:application", "--bind", f"{HOST}:{port}"]
        command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(THREADS)]
        command += ["--graceful-timeout", "4", "--keep-alive", "30", "--no-control-socket"]
        super().__init__(name, command, home=home, env=env)
        self.url = f"http://{HOST}:{port}"

    def is_ready(self) -> bool:
        return is_fine(f"{self.url}/health/ready")


class Celery(Part):
    """A Celery process has no door to knock at; it says in its log when it is ready."""

    def __init__(self, name: str, arguments: list[str], *, says: str, home: Path, env: dict[str, str]):
        command = [sys.executable, "-m", "celery", "-A", "worker.app", *arguments, "--loglevel", "INFO"]
        super().__init__(name, command, home=home, env=env)
        self._says, self._log_began = says.encode(), 0

    def prepare(self) -> None:
        self._log_began = self.log.stat().st_size if self.log.exists() else 0

    def is_ready(self) -> bool:
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return self._says in log.read()


class Commands(Job):
    """manage.py commands of one service, one after the other."""

    def __init__(self, name: str, commands: list[list[str]], *, home: Path, env: dict[str, str]):
        command = [sys.executable, "-m", "parts.commands", json.dumps(commands)]
        super().__init__(name, command, home=home, env={**env, "PYTHONPATH": str(ROOT / "scripts")})


def is_fine(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
