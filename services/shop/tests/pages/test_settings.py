"""What the environment decides, read in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[2]
LONG_KEY = "k" * 50


def setting(expression, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
    code = f"import django; django.setup(); from django.conf import settings; print(({expression}))"
    environment = {"DJANGO_SETTINGS_MODULE": "shop.settings", **kept, **environment}
    return subprocess.run([sys.executable, "-c", code], cwd=SERVICE, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("key", ["", "short", " " * 60])
def test_it_does_not_start_with_an_empty_or_short_secret_key(key):
    ended = setting("1", SECRET_KEY=key)
    assert ended.returncode != 0 and "at least 40 random characters" in ended.stderr


@pytest.mark.parametrize("url", ["mysql://u:p@127.0.0.1/shop", "sqlite:////tmp/shop.db", "oracle://u:p@127.0.0.1/shop"])
def test_it_does_not_start_on_another_database_than_postgres(url):
    ended = setting("1", SECRET_KEY=LONG_KEY, DATABASE_URL=url)
    assert ended.returncode != 0 and "DATABASE_URL must begin with postgres://" in ended.stderr


def test_behind_https_cookies_are_bound_to_the_host_and_browsers_come_by_https_for_a_year():
    names = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT".split()
    expression = ", ".join(f"settings.{name}" for name in (*names, "SECURE_HSTS_SECONDS >= 365 * 24 * 3600"))
    ended = setting(expression, SECRET_KEY=LONG_KEY, HTTPS="1")
    assert ended.stdout.strip() == "('__Host-sessionid', '__Host-csrftoken', True, True, True, True)"


def test_people_are_told_times_in_the_zone_that_is_set_and_the_days_letter_follows_it():
    both = "settings.TIME_ZONE, settings.DIGEST_TIME_ZONE"
    assert setting(both, SECRET_KEY=LONG_KEY).stdout.strip() == "('UTC', 'UTC')"
    ended = setting(both, SECRET_KEY=LONG_KEY, SHOP_TIME_ZONE="Europe/Vienna")
    assert ended.stdout.strip() == "('Europe/Vienna', 'Europe/Vienna')"
    ended = setting(both, SECRET_KEY=LONG_KEY, SHOP_TIME_ZONE="Europe/Vienna", DIGEST_TIME_ZONE="Asia/Tokyo")
    assert ended.stdout.strip() == "('Europe/Vienna', 'Asia/Tokyo')"


@pytest.mark.parametrize("name", ["SHOP_TIME_ZONE", "DIGEST_TIME_ZONE"])
@pytest.mark.parametrize("zone", ["Vienna", "CEST", "+01:00", "Europe", "../etc/passwd", "/etc/localtime"])
def test_it_does_not_start_in_a_zone_that_there_is_not(name, zone):
    ended = setting("1", SECRET_KEY=LONG_KEY, **{name: zone})
    assert ended.returncode != 0 and f"{name} must be a time zone such as Europe/Vienna, not {zone!r}." in ended.stderr


def test_logs_are_in_utc_wherever_the_shop_is():
    code = (
        "__import__('logging').Formatter('%(asctime)s').formatTime(__import__('logging').makeLogRecord({'created': 0}))"
    )
    assert setting(code, SECRET_KEY=LONG_KEY, SHOP_TIME_ZONE="Asia/Tokyo").stdout.startswith("1970-01-01 00:00:00")
