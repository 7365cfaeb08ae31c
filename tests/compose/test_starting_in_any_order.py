"""The containers of docker-compose.yml started in random orders, and all healthy each time. Slow: on demand only.

    DOCKER_TESTS=1 .venv/bin/pytest -q -s tests/compose/test_starting_in_any_order.py    (STARTS=10 SEED=…)

Docker's images must have been built: `docker compose build`.
"""

import json
import os
import random
import time

import pytest
from composition import composition, is_job

from parts.ports import free_port
from prove.docker import Compose, NoDocker, docker, ensure_docker

HEALTHY_WITHIN_S = 120
POLL_S = 0.5
STARTS, SEED = int(os.environ.get("STARTS") or 10), os.environ.get("SEED") or "1"
LOOK = '{{index .Config.Labels "com.docker.compose.service"}} {{json .State}}'
RUNNING = sorted(name for name, service in composition()["services"].items() if not is_job(service))

pytestmark = pytest.mark.skipif(os.environ.get("DOCKER_TESTS") != "1", reason="slow; asked for by DOCKER_TESTS=1")


@pytest.fixture
def compose(tmp_path):
    try:
        ensure_docker()
    except NoDocker as reason:
        pytest.skip(str(reason))
    override = tmp_path / "override.json"
    override.write_text('{"services": {}}')
    ports = {name: str(free_port()) for name in ("SHOP_PORT", "STORE_PORT", "MAIL_PORT")}
    compose = Compose("bookshop-starts", override, ports)
    compose.down()
    yield compose
    compose.down()


def unhealthy(compose: Compose) -> dict[str, str]:
    """Those that are not as they should be: running and healthy, or a job that ended well."""
    told = docker("inspect", "--format", LOOK, *compose.ids().values()).splitlines()
    seen = {name: json.loads(state) for name, state in (line.split(" ", 1) for line in told if line)}
    found = {name: _state(seen[name]) if name in seen else "missing" for name in {*RUNNING, *seen}}
    wanted = {name: "running, healthy" if name in RUNNING else "exited, 0" for name in found}
    return {name: state for name, state in found.items() if state != wanted[name]}


def _state(told: dict) -> str:
    last = told["Health"]["Status"] if "Health" in told else told["ExitCode"]
    return f"{told['Status']}, {last}"


def wait_until_healthy(compose: Compose, since: float) -> float:
    """This function will return how many seconds it took."""
    while left := unhealthy(compose):
        assert time.monotonic() - since < HEALTHY_WITHIN_S, f"after {HEALTHY_WITHIN_S} s: {left}"
        time.sleep(POLL_S)
    return time.monotonic() - since


@pytest.mark.parametrize("start", range(STARTS))
def test_all_are_healthy_whatever_was_started_first(compose, start):
    """P6.4: on empty volumes one service after the other; then, as after a power cut, each by itself."""
    chance = random.Random(f"{SEED}/{start}")
    order = chance.sample(RUNNING, len(RUNNING))
    began = time.monotonic()
    for service in order:
        compose("up", "--detach", "--no-build", service)
    first_s = wait_until_healthy(compose, began)

    ids = compose.ids()
    docker("kill", *(ids[service] for service in RUNNING))
    again = chance.sample(RUNNING, len(RUNNING))
    began = time.monotonic()
    for service in again:
        docker("start", ids[service])
    again_s = wait_until_healthy(compose, began)
    print(f"\nstart {start}: {first_s:.0f} s in the order {' '.join(order)}; again {again_s:.0f} s: {' '.join(again)}")
