"""However a proof ends, nothing that it started stays behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from parts import ROOT

GONE_WITHIN_S = 10
# Tables that are being made are made to the end first, which on a busy machine takes its time.
ENDED_WITHIN_S = 120


def processes_below(home: Path) -> list[str]:
    """Commands that name the folder, ours included."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has just ended
        if str(home) in command:
            found.append(command)
    return found


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_proof_leaves_nothing_running(tmp_path, number):
    home = tmp_path / "proof"
    asked = {**os.environ, "PROVE_DIR": str(home), "ORDERS": "5", "FAULTS": "none", "MUTANT": ""}
    # What runs in the background ignores Ctrl-C, and so would the proof: it is started as from a terminal.
    proof = subprocess.Popen(
        ["env", "--default-signal=INT", ROOT / "scripts" / "prove"], env=asked, stdout=subprocess.PIPE, text=True
    )
    for line in proof.stdout:
        if "tables" in line:
            break
    assert processes_below(home)
    proof.send_signal(number)
    assert proof.wait(ENDED_WITHIN_S) != 0
    # A job under way ends by the kernel's signal that its parent has gone, a moment later.
    deadline = time.monotonic() + GONE_WITHIN_S
    while (left := processes_below(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


@pytest.mark.parametrize(
    "setting",
    [
        {"FAULTS": "kill:moon"},
        {"MUTANT": "no_such"},
        {"ORDERS": "many"},
        {"ENGINE": "moon"},
        {"MUTANT": "all", "ENGINE": "compose"},
    ],
)
def test_a_wish_that_nobody_understands_is_answered_at_once(tmp_path, setting):
    asked = {**os.environ, "PROVE_DIR": str(tmp_path / "proof"), **setting}
    answer = subprocess.run([ROOT / "scripts" / "prove"], env=asked, capture_output=True, text=True, timeout=30)
    assert answer.returncode == 2 and next(iter(setting)) in answer.stderr
    assert not (tmp_path / "proof").exists()
