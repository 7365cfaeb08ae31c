"""A short proof on containers. Slow, and it needs Docker: `DOCKER_TESTS=1 pytest tests/prove/test_proof_with_docker.py`."""

import os

import pytest

from prove.docker import NoDocker, ensure_docker
from prove.engines import ENGINES
from prove.plan import Fault, Plan
from prove.proof import Proof

FAULTS = (
    Fault("store", "kill", 0.5),
    Fault("worker-mail", "pause", 4.0),
    Fault("shop-db", "refuse", 3.0),
    Fault("rabbitmq", "hole", 4.0),
)
PLAN = Plan(orders=30, seed=3, faults=FAULTS, books=60, copies_each=40, scarce_books=4, scarce_copies=3)


@pytest.mark.skipif(os.environ.get("DOCKER_TESTS") != "1", reason="slow; asked for by DOCKER_TESTS=1")
def test_thirty_orders_outlive_four_faults_of_containers(tmp_path):
    try:
        ensure_docker()
    except NoDocker as reason:
        pytest.skip(str(reason))
    with Proof(PLAN, tmp_path / "home", engine=ENGINES["compose"]) as proof:
        verdict = proof.run()
    assert verdict.is_green, verdict.table()
