"""`scripts/services exec -- COMMAND`: real servers around one command, and nothing of them afterwards."""

import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
import redis
from kombu import Connection

from parts import ROOT
from parts.ports import free_port, is_taken
from parts.postgres import Postgres
from parts.redis import Redis

SERVICES = str(ROOT / "scripts" / "services")
URLS = ("SHOP_DATABASE_URL", "STORE_DATABASE_URL", "REDIS_URL", "BROKER_URL", "EMAIL_URL", "MAIL_API_URL")
PRINT_URLS = f"import json, os; print(json.dumps({{name: os.environ.get(name) for name in {URLS!r}}}))"
SLEEP = "import os, time; print(os.environ['REDIS_URL'], flush=True); time.sleep(600)"


def clean_environment(**more):
    """The tests themselves may run inside `scripts/services exec`."""
    return {name: value for name, value in os.environ.items() if name not in URLS} | more


def services(*arguments, **environment):
    command = [SERVICES, "exec", *arguments]
    return subprocess.run(command, env=clean_environment(**environment), capture_output=True, text=True, timeout=120)


@pytest.fixture
def postgres(home):
    server = Postgres(home, free_port(), for_tests=True)
    server.start()
    server.wait_until_ready()
    yield server
    server.stop()


def port_of(url):
    return int(url.rpartition(":")[2].split("/")[0])


def test_the_commands_exit_code_is_ours():
    assert services("--only", "redis", "--", "sh", "-c", "exit 7").returncode == 7


def test_the_command_finds_only_what_was_asked_for():
    answer = json.loads(services("--only", "postgres,mail", "--", sys.executable, "-c", PRINT_URLS).stdout)
    assert [name for name, url in answer.items() if url] == [URLS[0], URLS[1], URLS[4], URLS[5]]


def test_an_unknown_part_is_refused():
    answer = services("--only", "postgres,oracle", "--", "true")
    assert answer.returncode == 2 and "not oracle" in answer.stderr


def test_a_server_named_by_the_environment_is_used_as_it_is():
    given = {"BROKER_URL": "amqp://guest@elsewhere:5672//"}
    answer = services("--only", "rabbitmq", "--", sys.executable, "-c", PRINT_URLS, **given)
    assert json.loads(answer.stdout)["BROKER_URL"] == given["BROKER_URL"]


def test_a_quorum_queue_of_the_private_rabbitmq_takes_and_gives_a_message():
    talk = (
        "import os; from kombu import Connection, Queue\n"
        "with Connection(os.environ['BROKER_URL']) as c:\n"
        "    box = c.SimpleQueue(Queue('box', routing_key='box', queue_arguments={'x-queue-type': 'quorum'}))\n"
        "    box.put('parcel'); print(box.get(timeout=5).payload)\n"
    )
    answer = services("--only", "rabbitmq", "--", sys.executable, "-c", talk)
    assert (answer.returncode, answer.stdout.strip()) == (0, "parcel"), answer.stderr


def test_no_role_enters_the_others_database(postgres):
    """The refusal names the server's own rule, not a wrong password."""
    for role, other in (("shop", "store"), ("store", "shop")):
        with psycopg.connect(postgres.url(role)) as connection:
            assert connection.execute("SELECT current_user, current_database()").fetchone() == (role, role)
        with pytest.raises(psycopg.OperationalError, match="pg_hba.conf rejects"):
            psycopg.connect(postgres.url(role).removesuffix(role) + other)


def test_the_databases_themselves_refuse_the_other_role(postgres):
    """So it holds too where the server's list of hosts is somebody else's, as in a container."""
    for role, other in (("shop", "store"), ("store", "shop")):
        with psycopg.connect(postgres.url(role)) as connection:
            allowed = connection.execute("SELECT has_database_privilege(%s, %s, 'CONNECT')", [role, other]).fetchone()
            assert allowed == (False,)


def test_a_wrong_password_is_refused(postgres):
    url = postgres.url("shop").split(":")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgres://shop:wrong@127.0.0.1:{url[3]}")


def test_the_data_outlasts_a_kill(postgres):
    with psycopg.connect(postgres.url("shop")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.restart()
    with psycopg.connect(postgres.url("shop")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_outside_of_tests_a_role_makes_no_databases(home):
    postgres = Postgres(home, free_port())
    postgres.start()
    try:
        postgres.wait_until_ready()
        with psycopg.connect(postgres.url("shop"), autocommit=True) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE DATABASE another")
    finally:
        postgres.stop()


def test_secrets_are_for_their_owner_only(postgres):
    files = list((postgres.home / "secrets").iterdir())
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@pytest.mark.parametrize("written_in_python", [False, True])
def test_redis_answers_with_a_real_server_and_without_one(home, monkeypatch, written_in_python):
    if written_in_python:
        monkeypatch.setattr("parts.redis.server", lambda: None)
    server = Redis(home, free_port())
    server.start()
    try:
        server.wait_until_ready()
        with redis.Redis.from_url(server.url()) as client:
            client.set("book", "Emma")
            assert client.get("book") == b"Emma"
        with Connection(server.url(1)) as broker:
            broker.SimpleQueue("box").put("parcel")
            assert broker.SimpleQueue("box").get(timeout=5).payload == "parcel"
        if not written_in_python:
            with pytest.raises(redis.AuthenticationError):
                redis.Redis(port=server.port).ping()
    finally:
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_or_killed_launcher_leaves_no_server(number):
    command = [SERVICES, "exec", "--only", "postgres,redis", "--", sys.executable, "-c", SLEEP]
    launcher = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    port = port_of(launcher.stdout.readline())
    assert is_taken(port)
    launcher.send_signal(number)
    launcher.wait(timeout=20)
    assert launcher.stdout.read() == "", "the command itself has ended too, else this would wait for ever"
    deadline = time.monotonic() + 10
    while is_taken(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)
