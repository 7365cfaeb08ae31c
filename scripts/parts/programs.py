"""Our own programs as parts: a web server, what stays open, a Celery process, a row of manage.py commands."""

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


class Live(Part):
    """uvicorn with the pages' open streams, ready when it has looked into the database."""

    def __init__(self, name: str, *, home: Path, port: int, env: dict[str, str]):
        command = [sys.executable, "-m", "uvicorn", "shop.asgi:application", "--host", HOST, "--port", str(port)]
        command += ["--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "4"]
        # Compressing would keep 70 kB for each socket, and its messages are short.
        command += ["--ws-max-size", "4096", "--ws-per-message-deflate", "false"]
        super().__init__(name, command, home=home, env=env)
        self.url = f"http://{HOST}:{port}"

    def is_ready(self) -> bool:
        return is_fine(f"{self.url}/health/ready")


class Celery(Part):
    """A Celery process has no door to knock at; it touches a file once it has its broker."""

    def __init__(
        self,
        name: str,
        arguments: list[str],
        *,
        home: Path,
        env: dict[str, str],
        app: str = "worker.app",
        command: str = "",
    ):
        """:param command: of Celery; the part's own name, unless another one is given."""
        self.sign = Path(home) / "run" / f"{name}.alive"
        line = [sys.executable, "-m", "celery", "-A", app, command or name, *arguments, "--loglevel", "INFO"]
        super().__init__(name, line, home=home, env={**env, "WORKER_ALIVE_FILE": str(self.sign)})

    def prepare(self) -> None:
        self.sign.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        return self.sign.exists()


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
