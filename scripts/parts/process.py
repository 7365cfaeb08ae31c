"""One part of the system = one process that we start, wait for, stop, and in the fault suite kill and pause."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from parts.tree import members, process_tree, same_process, started_at

POLL_SECONDS = 0.05
KILLED_WITHIN_SECONDS = 2  # the kernel takes a process down in its own time
SHOWN_LOG_LINES = 25


class PartFailed(Exception):
    """A part ended, or did not become ready in time; the message ends with the last lines of its log."""


class Part:
    """A process with its log and its pid file. Subclasses say how it is prepared and when it is ready."""

    # Postgres wants another one: its TERM waits for every client to leave.
    stop_signal = signal.SIGTERM
    ready_within_seconds = 60

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        home: Path,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        ready: Callable[[], bool] | None = None,
    ):
        """:param home: where the part keeps its log and pid file; :param env: added to our own environment."""
        self.name, self.command, self.home, self.cwd = name, command, Path(home), cwd
        self.env = env or {}
        self._ready = ready
        self.process: subprocess.Popen | None = None
        self.started = 0.0
        self._log_began = 0

    @property
    def log(self) -> Path:
        return self.home / "log" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.home / "run" / f"{self.name}.pid"

    def prepare(self) -> None:
        """Short work before the process starts."""

    def finish(self) -> None:
        """Short work once the process is ready."""

    def is_ready(self) -> bool:
        return self._ready() if self._ready else True

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        self.stop_leftover()
        self._log_began = self.log.stat().st_size if self.log.exists() else 0
        self.prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command_line(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
                cwd=self.cwd,
                # Its own group: Ctrl-C reaches us alone, and the whole part can be signalled at once.
                start_new_session=True,
            )
        self.pid_file.write_text(f"{self.process.pid} {started_at(self.process.pid)}")

    def command_line(self) -> list[str]:
        return ends_with_us(self.command, self.stop_signal)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def check(self) -> bool:
        """This function will say whether the part is ready.

        :raises PartFailed: if it has ended, or has been given long enough.
        """
        if not self.is_running():
            raise PartFailed(
                f"{self.name} ended with {self.process.returncode if self.process else None}\n{self.tail()}"
            )
        if self.is_ready():
            self.finish()
            return True
        if time.monotonic() - self.started > self.ready_within_seconds:
            raise PartFailed(f"{self.name} was not ready within {self.ready_within_seconds} s\n{self.tail()}")
        return False

    def wait_until_ready(self) -> None:
        while not self.check():
            time.sleep(POLL_SECONDS)

    def tail(self) -> str:
        """This function will return the last lines written since the part was started."""
        written = self.log.read_bytes()[self._log_began :] if self.log.exists() else b""
        lines = written.decode(errors="replace").splitlines()[-SHOWN_LOG_LINES:]
        return "\n".join([f"the end of {self.log}:", *(f"  | {line}" for line in lines)])

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(self.stop_signal)

    def stop(self, within: float = 8.0) -> None:
        stop_all([self], within)

    def kill(self) -> None:
        """kill -9 of the whole part, children and all; it returns when they are gone."""
        everybody = members(self.process.pid) if self.process else {}
        self._signal_everything(signal.SIGKILL)
        if self.process:
            self.process.wait()
        deadline = time.monotonic() + KILLED_WITHIN_SECONDS
        while any(same_process(*each) for each in everybody.items()) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self.pid_file.unlink(missing_ok=True)

    def pause(self) -> None:
        self._signal_everything(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_everything(signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()
        self.wait_until_ready()

    def _signal_everything(self, number: signal.Signals) -> None:
        """Children that made groups of their own (Postgres) are found by their parents, orphans by the group."""
        if self.process is None:
            return
        for pid in process_tree(self.process.pid) if self.is_running() else []:
            _send(os.kill, pid, number)
        _send(os.killpg, self.process.pid, number)

    def stop_leftover(self) -> None:
        """This function will stop what an earlier launcher, killed the hard way, may have left behind."""
        try:
            pid, born = self.pid_file.read_text().split(" ", 1)
        except (FileNotFoundError, ValueError):
            return
        if same_process(int(pid), born):
            _send(os.kill, int(pid), self.stop_signal)
            deadline = time.monotonic() + 5
            while same_process(int(pid), born) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            if same_process(int(pid), born):
                _send(os.killpg, int(pid), signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)


class Job(Part):
    """A command that has an end: it is ready once it has ended well."""

    ready_within_seconds = 300

    def check(self) -> bool:
        if not self.is_running() and self.process and self.process.returncode == 0:
            self.pid_file.unlink(missing_ok=True)
            return True
        return super().check()

    def is_ready(self) -> bool:
        return False


def ends_with_us(command: list[str], number: signal.Signals) -> list[str]:
    """This function will make the kernel signal the command when we die, even by kill -9. Only Linux can do that.

    Who had died before the kernel was asked is no longer the command's parent: then it does not begin at all.
    """
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return command
    with_us = ["sh", "-c", 'test "$PPID" = "$0" || exit 1; exec "$@"', str(os.getpid())]
    return [setpriv, "--pdeathsig", number.name[3:], *with_us, *command]


def _send(how: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    try:
        how(target, number)
    except (ProcessLookupError, PermissionError):
        pass  # gone in the meantime; macOS says "not permitted" of a group that has only zombies left


def start_all(parts: Iterable[Part], on_ready: Callable[[Part, float], None] = lambda part, seconds: None) -> None:
    """This function will start the parts side by side and return once all are ready.

    :raises PartFailed: for the first that fails.
    """
    waiting = list(parts)
    for part in waiting:
        part.start()
    while waiting:
        for part in list(waiting):
            if part.check():
                waiting.remove(part)
                on_ready(part, time.monotonic() - part.started)
        time.sleep(POLL_SECONDS)


def stop_all(parts: Iterable[Part], within: float = 8.0) -> None:
    """This function will ask all parts to stop, and kill what is still there after the given seconds."""
    parts = [part for part in parts if part.process]
    for part in parts:
        part.ask_to_stop()
    deadline = time.monotonic() + within
    while any(part.is_running() for part in parts) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for part in parts:
        part.kill()
