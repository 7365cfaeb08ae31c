import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from fake_store import TOKEN, fake_store
from kombu import Connection

HERE = Path(__file__).resolve().parent


def wait_for(condition, within: float = 60.0):
    """This function will ask until the answer is true, and return it."""
    ends = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < ends, "It did not happen in time."
        time.sleep(0.05)
    return answer


@pytest.fixture
def store():
    with fake_store() as running:
        yield running


@pytest.fixture
def broker():
    """The RabbitMQ of this test run, with our queues gone from it."""
    url = os.environ.get("BROKER_URL", "")
    if not url.startswith("amqp"):
        pytest.skip("needs RabbitMQ in BROKER_URL; scripts/services exec starts one")
    with Connection(url) as line:
        for name in ("orders", "sync", "mail", "webhooks", "pictures", "imports", "works", "dead-letters"):
            line.default_channel.queue_delete(name)
        yield line


@pytest.fixture
def start_worker(broker, store, tmp_path):
    """Runs a real worker process over the test database; answers its log file."""
    (tmp_path / "token").write_text(TOKEN)
    database = connection.settings_dict

    @contextmanager
    def start(app: str = "worker.app", **env):
        log = tmp_path / "worker.log"
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
        settings = {
            "DATABASE_URL": url,
            "STORE_URL": store.url,
            "STORE_TOKEN_FILE": str(tmp_path / "token"),
            "WORKER_ALIVE_FILE": str(tmp_path / "alive"),
            "MEDIA_ROOT": str(tmp_path / "media"),
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "PYTHONPATH": str(HERE),
            **env,
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            app,
            "worker",
            "-Q",
            "orders,sync,mail,pictures,webhooks",
            "-c",
            "2",
        ]
        with log.open("w") as output:
            process = subprocess.Popen(
                command, env={**os.environ, **settings}, stdout=output, stderr=output, cwd=tmp_path
            )
        try:
            wait_for(lambda: " ready." in log.read_text(), within=90)
            yield log
        finally:
            process.terminate()
            process.wait(20)

    return start
