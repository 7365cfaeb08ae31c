"""A part is started, stopped, killed, paused and restarted; whatever happens to its launcher, nothing is left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from parts.ports import answers, free_port, is_taken
from parts.process import Job, Part, PartFailed, ends_with_us, start_all
from parts.tree import process_tree, same_process, started_at

LISTEN = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
WITH_CHILD = "import subprocess; subprocess.run(['sleep', '600'], start_new_session=True)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def listener(home, port):
    return Part("listener", [sys.executable, "-c", LISTEN, str(port)], home=home, ready=lambda: answers(port))


@pytest.fixture
def part(home):
    listening = listener(home, free_port())
    start_all([listening])
    yield listening
    listening.kill()


def state(pid):
    """The letter ps shows: T is stopped by a signal."""
    return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0]


def test_a_part_is_ready_when_it_answers_and_gone_when_stopped(part):
    port = int(part.command[-1])
    assert is_taken(port) and part.pid_file.exists()
    part.stop()
    assert not is_taken(port) and not part.pid_file.exists()


def test_a_killed_part_comes_back(part):
    first = part.process.pid
    part.restart()
    assert part.is_running() and part.process.pid != first


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_paused_part_stands_still_until_it_is_resumed(part):
    part.pause()
    wait_for(lambda: state(part.process.pid) == "T")
    part.resume()
    wait_for(lambda: state(part.process.pid) != "T")


def test_a_paused_part_can_still_be_stopped(part):
    part.pause()
    part.stop(within=5)
    assert not part.is_running()


def test_a_part_deaf_to_term_is_killed_in_time(home):
    deaf = Part("deaf", [sys.executable, "-c", DEAF], home=home)
    deaf.start()
    wait_for(lambda: "deaf" in deaf.log.read_text())
    began = time.monotonic()
    deaf.stop(within=0.3)
    assert not deaf.is_running() and time.monotonic() - began < 5


def test_kill_reaches_children_that_made_their_own_group(home):
    """Postgres' backends do so."""
    parent = Part("parent", [sys.executable, "-c", WITH_CHILD], home=home)
    parent.start()
    wait_for(lambda: len(process_tree(parent.process.pid)) > 1)
    child = process_tree(parent.process.pid)[-1]
    born = started_at(child)
    parent.kill()
    assert not same_process(child, born)


def test_a_part_is_stopped_when_children_that_it_left_behind_are_gone_too(home):
    """gunicorn that was killed leaves its workers, which hold its port for a moment longer."""
    parent = Part("parent", ["sh", "-c", "sleep 600 & sleep 600 & wait"], home=home)
    parent.start()
    wait_for(lambda: len(process_tree(parent.process.pid)) > 2)
    children = {pid: started_at(pid) for pid in process_tree(parent.process.pid)[1:]}
    parent.process.kill()
    parent.process.wait()
    assert all(same_process(*child) for child in children.items())
    parent.stop()
    assert not any(same_process(*child) for child in children.items())


def test_a_part_that_ends_at_once_is_named_with_the_end_of_its_log(home):
    broken = Part("broken", [sys.executable, "-c", "raise SystemExit('no such table')"], home=home, ready=lambda: False)
    with pytest.raises(PartFailed, match="(?s)broken ended with 1.*no such table"):
        start_all([broken])


def test_a_job_is_ready_once_it_has_ended_well(home):
    start_all([Job("job", [sys.executable, "-c", "print('done')"], home=home)])
    with pytest.raises(PartFailed, match="other job ended with 3"):
        start_all([Job("other job", [sys.executable, "-c", "raise SystemExit(3)"], home=home)])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has died")
def test_a_part_dies_with_a_launcher_that_is_killed(home):
    script = (
        "import sys, time; from parts.process import Part; p = Part('sleeper', ['sleep', '600'], home=sys.argv[1]);"
    )
    script += "p.start(); print(p.process.pid, flush=True); time.sleep(600)"
    scripts = {**os.environ, "PYTHONPATH": "scripts"}
    launcher = subprocess.Popen(
        [sys.executable, "-c", script, str(home)], env=scripts, stdout=subprocess.PIPE, text=True
    )
    pid = int(launcher.stdout.readline())
    born = started_at(pid)
    assert born
    launcher.kill()
    launcher.wait()
    wait_for(lambda: not same_process(pid, born))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent has died")
def test_a_command_whose_launcher_died_before_the_kernel_was_asked_does_not_begin():
    """Here its parent is another than the one that asked, as it is once that one is dead."""
    command = ends_with_us(["echo", "begun"], signal.SIGTERM)
    assert subprocess.run(command, capture_output=True, text=True).stdout == "begun\n"
    orphaned = subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command], capture_output=True, text=True)
    assert (orphaned.returncode, orphaned.stdout) == (1, "")


def test_what_a_dead_launcher_left_behind_is_stopped_before_a_new_start(home, part):
    """As on macOS, where no kernel ends the parts of a killed launcher."""
    port = int(part.command[-1])
    again = listener(home, port)
    again.stop_leftover()
    part.process.wait(timeout=5)
    assert part.process.returncode == -signal.SIGTERM and not is_taken(port)


def test_a_stranger_with_the_pid_of_a_dead_part_is_left_alone(home):
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        part = Part("sleeper", ["sleep", "600"], home=home)
        part.pid_file.parent.mkdir(parents=True)
        part.pid_file.write_text(f"{stranger.pid} started at some other time")
        part.stop_leftover()
        assert stranger.poll() is None and not part.pid_file.exists()
    finally:
        stranger.kill()
        stranger.wait()
