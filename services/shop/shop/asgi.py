"""What stays open: `uvicorn shop.asgi:application` serves `/sse/` beside the pages, which are gunicorn's (shop.wsgi)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()

from shop.live.application import Live  # noqa: E402

application = Live()
