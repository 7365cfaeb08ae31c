"""The hint that somebody may do less than before: what they have open is looked at now, and not at the next heartbeat.

It carries nothing and may be lost, as all hints (`hint`).
"""

import time

from django.conf import settings
from django.db import transaction

from shop.live.hint import Hint

CHANNEL = "shop:rights"

_hint = Hint(settings.REDIS_URL, CHANNEL)


def tell_after_commit() -> None:
    transaction.on_commit(lambda: _hint.give(seconds=time.monotonic()))
