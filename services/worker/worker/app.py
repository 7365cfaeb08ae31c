"""The shop's Celery app: `celery -A worker.app worker -Q orders,sync,mail,pictures,webhooks` and `celery -A worker.app beat`.

Beat rings for all kinds of work, the store's too: it sends names of tasks and knows no database.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

from worker.making import new_app  # noqa: E402 - reads the shop's settings

app = new_app("bookshop", tasks="worker.tasks")
