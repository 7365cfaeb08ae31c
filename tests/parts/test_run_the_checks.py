"""Checks run in their order, some beside others, and are counted together."""

import time
from dataclasses import dataclass, field

import pytest

from parts.checks import MEMBERS, Count, run_all


@dataclass
class Check:
    name: str
    seconds: float = 0.0
    beside: str = ""
    failed: int = 0
    times: dict = field(default_factory=dict)

    def run(self, env, output=None):
        began = time.monotonic()
        time.sleep(self.seconds)
        print(f"{self.name} speaks", file=output)
        self.times[self.name] = began, time.monotonic()
        return Count(passed=1, failed=self.failed)


@pytest.fixture
def times():
    return {}


def test_neighbours_begin_with_the_one_they_stand_beside_and_follow_each_other(times, capsys):
    checks = [
        Check("store", 0.1, times=times),
        Check("shop", 0.4, beside="store", failed=1, times=times),
        Check("worker", 0.1, times=times),
        Check("journeys", 0.2, times=times),
        Check("proofs", 0.1, beside="journeys", times=times),
        Check("system", 0.1, beside="journeys", failed=1, times=times),
    ]
    total = run_all(checks, {})
    assert (total.passed, total.failed) == (6, 2)
    begins, ends = ({name: when[turn] for name, when in times.items()} for turn in (0, 1))
    assert begins["shop"] < ends["store"] and ends["worker"] < ends["shop"], "the worker's do not wait for it"
    assert begins["journeys"] >= ends["shop"], "those who have somebody beside them do"
    assert begins["proofs"] < ends["journeys"] and begins["system"] >= ends["proofs"]
    said = capsys.readouterr().out
    assert all(said.count(f"{check.name} speaks") == 1 for check in checks)
    assert said.index("shop speaks") > said.index("worker speaks"), "shown whole, once it has ended"


def test_who_is_asked_for_without_the_one_it_stands_beside_runs_all_the_same(times):
    assert run_all([Check("shop", beside="store", times=times)], {}).passed == 1


def test_members_stand_beside_one_that_there_is_and_comes_before():
    names = [member.name for member in MEMBERS]
    assert all(names.index(member.beside) < names.index(member.name) for member in MEMBERS if member.beside)
