"""Asking the warehouse for its part of an order's story, while a person waits."""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from shop.orders.models import Order
from shop.orders.states import State
from shop.outbox.models import Topic
from shop.storelink.breaker import Breaker
from shop.storelink.store import open_store
from shop.story.entry import STORE, Entry
from shop.story.table import Audience
from store_client import StoreRefused, StoreUnavailable, StoryEntry

log = logging.getLogger(__name__)

WITHIN_S = 1.5
AWAY = "The warehouse could not be asked for its part just now. What stands here is the shop's part; look again later."

breaker = Breaker()


@dataclass(frozen=True)
class Answer:
    entries: tuple[Entry, ...] = ()
    away: str = ""
    request_id: str = ""


def ask(number: UUID, audience: Audience) -> Answer:
    """This function will ask the warehouse what it may tell an audience of an order; it never fails."""
    if not breaker.lets_through(time.monotonic()):
        return Answer(away=AWAY)
    with open_store(within_s=WITHIN_S) as store:
        try:
            told = store.story(number, audience)
        except StoreUnavailable as error:
            breaker.failed(time.monotonic())
            log.warning("The store could not be asked for a story: %s", error)
            return Answer(away=AWAY, request_id=store.request_id)
        except StoreRefused as error:
            breaker.worked()  # such as a store of an earlier version, which tells no stories
            log.warning("The store does not tell of the order %s: %s", number, error)
            return Answer(away=AWAY, request_id=store.request_id)
        breaker.worked()
        return Answer(tuple(_entry(each, audience) for each in told), request_id=store.request_id)


def after_the_shop(entries: Iterable[Entry], order: Order) -> Iterator[Entry]:
    """The warehouse's entries, each after the one before, as it told them, and after what the shop did and sent first."""
    placed = next((event.version for event in order.events.all() if event.state == State.PLACED), 0)
    before = ""
    for place, entry in enumerate(entries):
        what, _, of = entry.key.partition(":")
        asked = of.rpartition(":")[0]
        first = {
            "store": (f"order:{placed}", f"{Topic.ORDER_PLACED}:{order.number}"),
            "return": (f"asked:{asked}", f"{Topic.RETURN_ASKED}:{asked}"),
        }.get(what, ())
        told = replace(entry, key=entry.key or f"told:{place}", after=(before, *first))
        yield told
        before = told.key


def _entry(told: StoryEntry, audience: Audience) -> Entry:
    return Entry(
        told.at,
        told.kind,
        told.words,
        to_customer=told.words if audience == Audience.SHOPPER else "",
        reason=told.reason,
        who=told.who,
        detail=told.detail,
        service=STORE,
        key=told.key,
    )
