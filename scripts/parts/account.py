"""Postgres refuses to run as root: a root launcher steps down for it."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

NOBODY = 65534
# Root's files stay root's: inside its own user namespace the process merely believes to be somebody else.
NAMESPACE = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
# Containers forbid namespaces. There nobody runs it, allowed to read root's folders (the project may lie in /root).
STEP_DOWN = [
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    # Without this bit access(2), which initdb asks, forgets what was just allowed.
    "--securebits=+no_setuid_fixup",
]


class NoOrdinaryUser(Exception):
    """We are root and found no way to step down."""


@functools.cache
def stepping_down() -> tuple[str, ...]:
    """This function will return what to put before a command that refuses to run as root; nothing for a plain user."""
    if os.geteuid() != 0:
        return ()
    for prefix in (NAMESPACE, STEP_DOWN):
        tool = shutil.which(prefix[0])
        if tool and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return (tool, *prefix[1:])
    raise NoOrdinaryUser("Started by root, and neither unshare nor setpriv (Debian: util-linux) can step down.")


def hand_over(folder: Path) -> None:
    """This function will make the folder the property of whoever the commands step down to."""
    if os.geteuid() != 0:
        return
    owner = NOBODY if "setpriv" in stepping_down()[0] else 0
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != owner:
            os.chown(path, owner, owner, follow_symlinks=False)
