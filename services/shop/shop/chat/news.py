"""The hint that something happened in a talk: said after the commit, by Redis, to the processes that hold open pages.

It names the talk alone and may be lost. Who hears it asks for the rights again (`rights`) and reads what was said since the
position it has (`queries.messages_since`); who hears nothing looks again, as a page without JavaScript does.
"""

import time

from django.conf import settings
from django.db import transaction

from shop.chat.models import Room
from shop.live.hint import Hint

CHANNEL = "shop:talks"

_hint = Hint(settings.REDIS_URL, CHANNEL)


def tell_after_commit(room: Room) -> None:
    """This function will tell that something in this talk is new: a message, a move, or what was read."""
    transaction.on_commit(lambda: _hint.give(str(room.number), seconds=time.monotonic()))
