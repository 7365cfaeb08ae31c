"""Make a service ready to start: its tables, the files nginx hands out, and what else its container asks for.

setup.py COMMAND…: each argument is one manage.py command with its options. They run in this one process, since
importing Django costs more than most of them. In demo mode those marked with a leading "demo:" run as well.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command

COLLECTED, SERVED = Path("/app/static"), Path("/srv/static")


def share_static_files() -> None:
    """nginx reads the collected files from a volume. Files of an older release stay: pages out there still name them."""
    for source in COLLECTED.rglob("*"):
        target = SERVED / source.relative_to(COLLECTED)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not target.exists() or target.stat().st_mtime != source.stat().st_mtime:
            draft = target.with_name(f".{target.name}.new")
            shutil.copy2(source, draft)
            draft.rename(target)


def main(commands: list[str]) -> None:
    demo = os.environ.get("DEMO") == "1"
    django.setup()
    for line in commands:
        only_in_demo = line.startswith("demo:")
        if only_in_demo and not demo:
            continue
        name, *arguments = shlex.split(line.removeprefix("demo:"))
        print(f"--- {name}", flush=True)
        try:
            call_command(name, *arguments)
        except CommandError as error:
            sys.exit(f"{name}: {error}")
    if SERVED.is_mount():
        share_static_files()


if __name__ == "__main__":
    main(sys.argv[1:])
