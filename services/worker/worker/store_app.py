"""The store's Celery app: `celery -A worker.store_app worker -Q imports,works`. It runs with the store's settings and database."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "store.settings")

from worker.making import new_app  # noqa: E402 - reads the store's settings

app = new_app("bookshop-store", tasks="worker.store_tasks")
