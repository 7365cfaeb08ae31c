"""Who is whose child: from /proc where there is one (slim Debian images have no ps), else from ps."""

import subprocess
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "stat").exists()


def process_tree(pid: int) -> list[int]:
    """This function will return the pid and those of all its descendants, parents first."""
    children = defaultdict(list)
    for child, parent, _ in _processes():
        children[parent].append(child)
    found = [pid]
    for parent in found:
        found.extend(children[parent])
    return found


def members(pid: int) -> dict[int, str]:
    """This function will return who lives of the process's tree and of its group, each with its start time.

    Who made a group of its own is found by its parents, who lost its parents by the group.
    """
    group = [child for child, _, leader in _processes() if leader == pid]
    return {found: born for found in {*process_tree(pid), *group} if (born := started_at(found))}


def started_at(pid: int) -> str:
    """This function will return the process's start time as text, "" if it has ended: a pid alone is reused."""
    if not HAS_PROC:
        return _ps("-p", str(pid), "-o", "lstart=").strip()
    fields = _stat(pid)
    return fields[19] if fields and fields[0] != "Z" else ""


def same_process(pid: int, born: str) -> bool:
    return bool(born) and started_at(pid) == born


def _processes() -> list[tuple[int, int, int]]:
    """Each process with its parent and the leader of its group."""
    if not HAS_PROC:
        lines = _ps("-A", "-o", "pid=,ppid=,pgid=").splitlines()
        return [(int(pid), int(parent), int(leader)) for pid, parent, leader in map(str.split, lines)]
    pids = [int(folder.name) for folder in PROC.iterdir() if folder.name.isdigit()]
    return [(pid, int(fields[1]), int(fields[2])) for pid in pids if (fields := _stat(pid))]


def _stat(pid: int) -> list[str]:
    """The fields of proc(5)'s stat from the state on; the name before it may hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
