"""Any Python of the machine may start a script; the project's own Python goes on with it."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.environ.get("UV_PROJECT_ENVIRONMENT") or os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


def enter():
    """Run the same script again with the project's Python, which is set up first if it is missing."""
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        return
    if not os.path.exists(PYTHON):
        setup = subprocess.run([os.path.join(ROOT, "scripts", "setup")], check=False)
        if setup.returncode:
            sys.exit(setup.returncode)
    os.execv(PYTHON, [PYTHON] + sys.argv)
