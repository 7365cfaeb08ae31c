"""The docker command, and `docker compose` for a project of our own that no setting of the machine reaches."""

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

from parts import ROOT
from parts.process import PartFailed

COMPOSE_FILE = ROOT / "docker-compose.yml"
SETTING = re.compile(r"\$\{(\w+)|^ +([A-Z_]+): *(?:#.*)?$", re.MULTILINE)  # the latter is handed on as it is
SHOWN_LINES = 30
ANSWER_WITHIN_S, BUILD_WITHIN_S = 120, 1800
NO_DOCKER = "Docker with its compose plugin is needed, running and open to us; `docker {asked}` says: {why}"


class NoDocker(Exception):
    """There is no engine to talk to; the message is one sentence for whoever asked for it."""


class DockerFailed(PartFailed):
    """A command was refused; the message has it and the end of what it said."""


def docker(*arguments: str, given: str = "", within_s: float = ANSWER_WITHIN_S, both: bool = False, **env: str) -> str:
    """This function will run one docker command and return what it printed.

    :param given: what it reads; :param both: return also what it wrote to stderr.
    :raises DockerFailed: if it ends badly, or not in time.
    """
    try:
        done = subprocess.run(
            ["docker", *arguments],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if both else subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=within_s,
            env={**untouched_environment(), **env},
            cwd=ROOT,
            # Ctrl-C reaches us alone: what runs has to be ended by our own `down`.
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise DockerFailed("There is no command of this name.") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DockerFailed(f"docker {' '.join(arguments[:4])}: {error}") from error
    if done.returncode:
        said = "\n".join(f"{done.stdout}{done.stderr or ''}".splitlines()[-SHOWN_LINES:])
        raise DockerFailed(f"docker {' '.join(arguments)} ended with {done.returncode}:\n{said}")
    return done.stdout


def ensure_docker() -> None:
    """:raises NoDocker: in one sentence, before anything was begun."""
    for asked in (["version", "--format", "{{.Server.Version}}"], ["compose", "version"]):
        try:
            docker(*asked, within_s=20)
        except DockerFailed as error:
            why = str(error).splitlines()[-1]
            raise NoDocker(NO_DOCKER.format(asked=asked[0], why=why)) from error


def untouched_environment() -> dict[str, str]:
    """Our environment without what docker-compose.yml reads: an installation's mail server is not for a proof."""
    settings = {name for found in SETTING.findall(COMPOSE_FILE.read_text()) for name in found}
    return {name: value for name, value in os.environ.items() if name not in settings and name[:8] != "COMPOSE_"}


class Compose:
    """A project beside all others: its own containers, networks and volumes, gone after down()."""

    def __init__(self, project: str, override: Path, settings: dict[str, str]):
        self.project, self.override, self.settings = project, override, settings

    def __call__(self, *arguments: str, **options) -> str:
        files = ["-f", str(COMPOSE_FILE), "-f", str(self.override)]
        # No file .env either.
        ours = ["--env-file", os.devnull, "--project-directory", str(ROOT), "--project-name", self.project]
        return docker("compose", *ours, *files, *arguments, **options, **self.settings)

    def ids(self, *filters: str) -> dict[str, str]:
        """The container of each service; those of jobs that have ended are among them.

        :param filters: such as "status=paused".
        """
        told = docker(
            "ps",
            "--all",
            "--no-trunc",
            *(word for wanted in filters for word in ("--filter", wanted)),
            *("--filter", f"label=com.docker.compose.project={self.project}"),
            *("--format", '{{.Label "com.docker.compose.service"}} {{.ID}}'),
        )
        return dict(line.split() for line in told.splitlines())

    def down(self) -> None:
        """Kill is enough, and nothing is kept but the images."""
        # Docker waits for a signal to be taken, which a container that is paused never does.
        if paused := self.ids("status=paused"):
            with suppress(DockerFailed):  # one that has ended in the meantime
                docker("unpause", *paused.values())
        if self.ids():
            self("kill")
        self("down", "--volumes", "--remove-orphans", "--timeout", "1")
