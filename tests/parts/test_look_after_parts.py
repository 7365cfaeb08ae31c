"""While the demo runs: a part that dies is named with its log and started again, after pauses that grow."""

import sys

import pytest

from parts.demo import LONGEST_PAUSE_SECONDS, STEADY_AFTER_SECONDS, Watch
from parts.process import Part

NOON = 1_000_000.0


@pytest.fixture
def part(home):
    part = Part("worker", [sys.executable, "-c", "import time; time.sleep(600)"], home=home)
    part.start()
    yield part
    part.kill()


def die(part):
    part.process.kill()
    part.process.wait()


def test_a_dead_part_is_named_with_its_log_and_comes_back(part, capsys):
    watch = Watch([part])
    first = part.process.pid
    die(part)
    watch.look_at(part, NOON)
    said = capsys.readouterr().out
    assert "worker has ended (-9)" in said and str(part.log) in said and "Again in 1 s" in said
    watch.look_at(part, NOON + 0.9)
    assert not part.is_running()
    watch.look_at(part, NOON + 1)
    assert part.is_running() and part.process.pid != first
    assert "worker is started again" in capsys.readouterr().out


def test_pauses_double_up_to_a_limit_and_start_over_once_the_part_is_steady(part, capsys):
    watch, now = Watch([part]), NOON
    pauses = []
    for _ in range(7):
        die(part)
        watch.look_at(part, now)
        pauses.append(int(capsys.readouterr().out.split("Again in ")[1].split()[0]))
        now += pauses[-1]
        watch.look_at(part, now)
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]
    watch.look_at(part, part.started + STEADY_AFTER_SECONDS + 1)
    die(part)
    watch.look_at(part, now)
    assert "Again in 1 s" in capsys.readouterr().out


def test_a_part_that_runs_is_left_alone(part, capsys):
    watch, pid = Watch([part]), part.process.pid
    watch.look_at(part, NOON)
    assert part.process.pid == pid and capsys.readouterr().out == ""
