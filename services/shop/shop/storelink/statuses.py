"""Orders and returns follow the store's feeds of their statuses."""

from datetime import datetime, timedelta

from shop.clock import Clock
from shop.returns import hearing
from shop.storelink import inbox, set_aside
from shop.storelink.feeds import Run, read_feed
from shop.storelink.models import Feed
from store_client import Page, StoreClient


def sync_order_statuses(store: StoreClient, clock: Clock, *, run_for: timedelta | None = None) -> Run:
    """This function will apply what the store has told of our orders; see read_feed()."""
    return read_feed(StatusReader(store), clock, run_for=run_for)


def sync_returns(store: StoreClient, clock: Clock, *, run_for: timedelta | None = None) -> Run:
    """This function will apply what the store has told of returns; see read_feed()."""
    return read_feed(ReturnReader(store), clock, run_for=run_for)


class LogReader:
    """For a feed that is a log: nothing is ever taken out of it, and each event is heard whole."""

    def __init__(self, store: StoreClient):
        self._store = store

    def finish_walk(self, epoch: str, *, now: datetime) -> None:
        """There is nothing to tidy up."""

    def distrust(self) -> None:
        """What is told otherwise than it was heard is set aside; see inbox and hearing."""

    def hurry(self) -> bool:
        """Nothing of an event can wait."""
        return False

    def catch_up(self) -> bool:
        return False


class StatusReader(LogReader):
    name = Feed.Name.ORDERS

    def fetch(self, after: str) -> Page:
        return self._store.order_changes(after)

    def apply(self, page: Page, *, now: datetime) -> int:
        set_aside.let_go(self.name, inbox.unheard_keys(page.rows))
        set_aside.put(self.name, page.bad, now=now)
        inbox.apply_events(page.rows, now=now)
        return len(page.rows)


class ReturnReader(LogReader):
    name = Feed.Name.RETURNS

    def fetch(self, after: str) -> Page:
        return self._store.return_changes(after)

    def apply(self, page: Page, *, now: datetime) -> int:
        set_aside.let_go(self.name, hearing.unheard_keys(page.rows))
        set_aside.put(self.name, page.bad, now=now)
        hearing.apply_events(page.rows, now=now)
        return len(page.rows)
