"""Where a worker shows that it lives. By itself, because the health check must not import Celery every few seconds."""

import os
import tempfile
from pathlib import Path

SIGN = Path(os.environ.get("WORKER_ALIVE_FILE") or Path(tempfile.gettempdir()) / "bookshop-worker-alive")
