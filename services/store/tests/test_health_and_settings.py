"""Is it alive, can it serve, and does it refuse to start when it must?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

SERVICE = Path(__file__).parents[1]
LONG_KEY = "k" * 50


def setting(expression, **environment):
    """The value of an expression of the settings, in a process of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
    code = f"import django; django.setup(); from django.conf import settings; print(({expression}))"
    environment = {"DJANGO_SETTINGS_MODULE": "store.settings", **kept, **environment}
    return subprocess.run([sys.executable, "-c", code], cwd=SERVICE, env=environment, capture_output=True, text=True)


def test_live_touches_nothing(client, db):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/health/live")
    assert (answer.status_code, len(queries)) == (200, 0)


def test_ready_tells_each_check(client, db, settings):
    settings.BROKER_URL = ""
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "broker": "not set", "cache": "ok"},
    }


def test_not_ready_without_its_database(client, db, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "unavailable")


def test_not_ready_while_migrations_wait(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'orders'")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "waiting")


def test_ready_without_broker_and_cache(client, db, settings):
    """S8: both only make things faster."""
    settings.BROKER_URL = "amqp://127.0.0.1:1//"
    settings.CACHES = {"default": {"BACKEND": "store.cache.PatientRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert (answer.json()["checks"]["broker"], answer.json()["checks"]["cache"]) == ("unavailable", "unavailable")


def test_the_cache_without_redis_only_forgets(settings):
    from django.core.cache import caches

    settings.CACHES = {"default": {"BACKEND": "store.cache.PatientRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    cache = caches["default"]
    cache.set("book", 1)
    assert cache.get("book", "nothing") == "nothing"
    assert cache.get_many(["book"]) == {}
    assert cache.get_or_set("book", lambda: 2) == 2
    assert cache.set_many({"book": 1}) == ["book"]
    assert (cache.add("book", 1), cache.delete("book"), cache.touch("book"), "book" in cache) == (
        True,
        False,
        False,
        False,
    )
    cache.delete_many(["book"])
    cache.clear()


@pytest.mark.parametrize("key", ["", "short", "k" * 31])
def test_it_does_not_start_with_an_empty_or_short_secret_key(key):
    ended = setting("1", SECRET_KEY=key)
    assert ended.returncode != 0
    assert "Set SECRET_KEY" in ended.stderr


@pytest.mark.parametrize(
    "url", ["mysql://u:p@127.0.0.1/store", "sqlite:////tmp/store.db", "oracle://u:p@127.0.0.1/store"]
)
def test_it_does_not_start_on_another_database_than_postgres(url):
    ended = setting("1", SECRET_KEY=LONG_KEY, DATABASE_URL=url)
    assert ended.returncode != 0 and "DATABASE_URL must begin with postgres://" in ended.stderr


def test_files_hold_values(tmp_path):
    key, password = tmp_path / "key", tmp_path / "password"
    key.write_text(LONG_KEY + "\n")
    password.write_text("p@ss/word\n")
    ended = setting(
        "settings.SECRET_KEY, settings.DATABASES['default']['PASSWORD'], settings.DATABASES['default']['HOST']",
        SECRET_KEY_FILE=str(key),
        DATABASE_URL="postgres://store@db.example:5433/store",
        DATABASE_PASSWORD_FILE=str(password),
    )
    assert ended.stdout.strip() == str((LONG_KEY, "p@ss/word", "db.example"))


def test_debug_is_off_and_cookies_are_safe_behind_https():
    ended = setting("settings.DEBUG, 'debug_toolbar' in settings.INSTALLED_APPS", SECRET_KEY=LONG_KEY)
    assert ended.stdout.strip() == "(False, False)"
    ended = setting(
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0",
        SECRET_KEY=LONG_KEY,
        HTTPS="1",
    )
    assert ended.stdout.strip() == "(True, True, True)"


def test_staff_log_in_by_e_mail_whatever_its_case(client, db):
    from django.apps import apps

    from store.accounts import roles
    from store.accounts.operations import ensure_user

    roles.set_up(apps)
    assert ensure_user(email="Dan@example.org", role="packer", password="dan-packs-boxes")
    assert not ensure_user(email="dan@example.org", role="packer", password="another-password")
    wrong = {"username": "dan@example.org", "password": "another-password"}
    assert client.post("/admin/login/?next=/admin/", wrong).status_code == 200
    right = {"username": "DAN@example.org", "password": "dan-packs-boxes"}
    assert client.post("/admin/login/?next=/admin/", right).status_code == 302


def test_ensure_user_makes_a_password_if_there_is_none(db, tmp_path, capsys):
    from django.core.management import call_command
    from django.core.management.base import CommandError

    file = tmp_path / "password"
    call_command("ensure_user", "olga@example.org", "--role=owner", f"--password-file={file}")
    assert len(file.read_text().strip()) > 30
    assert "made, Owners" in capsys.readouterr().out
    file.write_text("1234")
    with pytest.raises(CommandError, match="too short"):
        call_command("ensure_user", "dan@example.org", "--role=packer", f"--password-file={file}")


def test_people_are_told_times_in_the_zone_that_is_set():
    assert setting("settings.TIME_ZONE", SECRET_KEY=LONG_KEY).stdout.strip() == "UTC"
    ended = setting("settings.TIME_ZONE", SECRET_KEY=LONG_KEY, SHOP_TIME_ZONE="Europe/Vienna")
    assert ended.stdout.strip() == "Europe/Vienna"


@pytest.mark.parametrize("zone", ["Vienna", "CEST", "+01:00", "Europe", "../etc/passwd"])
def test_it_does_not_start_in_a_zone_that_there_is_not(zone):
    ended = setting("1", SECRET_KEY=LONG_KEY, SHOP_TIME_ZONE=zone)
    assert (
        ended.returncode != 0
        and f"SHOP_TIME_ZONE must be a time zone such as Europe/Vienna, not {zone!r}." in ended.stderr
    )
