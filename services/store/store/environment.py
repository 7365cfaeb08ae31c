"""Settings from the environment; NAME_FILE may name a file that holds the value of NAME."""

from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


class _TrimmedFiles(FileAwareMapping):
    """Secret files mostly end with a line feed, which belongs to no secret."""

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key).strip()


class Environment(environ.Env):
    ENVIRON = _TrimmedFiles()

    def url_with_password(self, name: str) -> str:
        """The URL called NAME_URL, with NAME_PASSWORD in place of its own password where that is given."""
        url, password = self.str(f"{name}_URL", default=""), self.str(f"{name}_PASSWORD", default="")
        if not url or not password:
            return url
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:{quote(password, safe='')}@{place}"))

    def time_zone(self, name: str, *, default: str) -> str:
        """A time zone by its name in the IANA database."""
        text = self.str(name, default="").strip() or default
        try:
            return ZoneInfo(text).key
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ImproperlyConfigured(f"{name} must be a time zone such as Europe/Vienna, not {text!r}.") from None
