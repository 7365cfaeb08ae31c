"""Reading a feed of the store to its end, a page and the position after it in one transaction."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection, transaction

from shop.clock import Clock
from shop.storelink.models import Feed
from shop.storelink.one_run import one_run
from store_client import FeedRestarted, Page, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=14)  # a task's soft limit is 20 s and the last page may take a while


class MassRetirement(Exception):
    """So many books would go at once that a person has to say yes."""


class PositionMoved(Exception):
    """Another reader applied this page; what we read is old."""


class Reader(Protocol):
    """What is particular to one feed. All but `fetch` and `catch_up` run inside the transaction that moves the position."""

    name: Feed.Name

    def fetch(self, after: str) -> Page: ...

    def apply(self, page: Page, *, now: datetime) -> int: ...

    def finish_walk(self, epoch: str, *, now: datetime) -> None: ...

    def hurry(self) -> bool:
        """Step: a page of a long walk comes; what can wait is left for catch_up(). True if anything is left so."""
        ...

    def catch_up(self) -> bool:
        """Step: do a part of what was left, in a transaction of its own. False if nothing was left."""
        ...

    def distrust(self) -> None: ...


@dataclass
class Run:
    """What one reading came to. `unfinished` says that time ran out and the next run goes on from here."""

    feed: str
    requests: int = 0
    statements: int = 0
    rows: int = 0
    changed: int = 0
    bad: int = 0
    seconds: float = 0.0
    busy: bool = False
    unfinished: bool = False
    stopped_because: str = ""
    error: str = ""
    _began: float = field(default_factory=time.perf_counter, repr=False)

    def count(self, execute, sql, params, many, context) -> Any:
        """A wrapper for Django's connection.execute_wrapper."""
        self.statements += 1
        return execute(sql, params, many, context)

    def __str__(self) -> str:
        said = (
            f"{self.feed}: {self.rows} rows read, {self.changed} changed, {self.bad} set aside, {self.requests} requests, "
            f"{self.statements} statements, {self.seconds:.2f} s"
        )
        if self.busy:
            return f"{self.feed}: another run is under way and one more is waiting for its turn"
        return said + "".join(f"; {extra}" for extra in (self.stopped_because, self.error) if extra)


def read_feed(reader: Reader, clock: Clock, *, accept: bool = False, run_for: timedelta | None = None) -> Run:
    """This function will apply everything the store has told since our position, in runs that never overlap.

    Whatever the store answers wrongly changes nothing but the feed's `last_error`.

    :param accept: go on although a mass retirement had stopped the feed.
    :param run_for: end after the page at hand once this time is over; None reads to the end.
    """
    run = Run(feed=str(reader.name))
    with connection.execute_wrapper(run.count), one_run(f"feed {reader.name}") as ours:
        run.busy = not ours
        if ours:
            _read(reader, clock, run, accept=accept, ends=None if run_for is None else clock() + run_for)
    run.seconds = time.perf_counter() - run._began
    log.log(logging.WARNING if run.error or run.stopped_because else logging.INFO, "%s", run)
    return run


def _read(reader: Reader, clock: Clock, run: Run, *, accept: bool, ends: datetime | None) -> None:
    feed, _ = Feed.objects.get_or_create(name=reader.name)
    if feed.stopped_because and not accept:
        run.stopped_because = feed.stopped_because
        return
    ahead = Ahead(reader, run)
    try:
        while True:
            page = _next_page(ahead, feed, now=clock())
            if page is None:
                continue  # the feed began anew, and so do we
            if page.more and not (ends and clock() >= ends):
                ahead.begin(page.next)
            _apply(reader, feed, page, run, now=clock())
            if not page.more:
                run.unfinished = not _caught_up(reader, feed, clock, ends)
                return
            if ends and clock() >= ends:
                run.unfinished = True
                return
    except (StoreUnavailable, StoreRefused) as error:
        run.error = str(error)
        Feed.objects.filter(pk=feed.pk).update(last_error=run.error[:2000], failed_at=clock())
    except MassRetirement as error:
        run.stopped_because = str(error)
        Feed.objects.filter(pk=feed.pk, position=feed.position).update(stopped_because=run.stopped_because)
    except PositionMoved:
        log.info("%s: another run applied this page", reader.name)
    finally:
        ahead.end()


def _caught_up(reader: Reader, feed: Feed, clock: Clock, ends: datetime | None) -> bool:
    """Whether all that the walk left for later is done, as far as there was time."""
    while feed.left_over:
        if ends and clock() >= ends:
            return False
        if not reader.catch_up():
            Feed.objects.filter(pk=feed.pk, position=feed.position).update(left_over=False)
            feed.left_over = False
    return True


class Ahead:
    """Fetches the page after the one that is being applied, so that store and shop work at the same time.

    A page fetched is nothing yet: the position moves only with the page that is applied, and what comes after an older
    position may be asked for again at any time.
    """

    def __init__(self, reader: Reader, run: Run):
        self._reader, self._run = reader, run
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="page-ahead")
        self._fetching: dict[str, Future[Page]] = {}

    def begin(self, after: str) -> None:
        self._run.requests += 1
        self._fetching = {after: self._thread.submit(self._reader.fetch, after)}

    def fetch(self, after: str) -> Page:
        """This function will answer what reader.fetch() answers or raises, waiting for it if it is on its way."""
        if after in self._fetching:
            return self._fetching.pop(after).result()
        self._run.requests += 1
        return self._reader.fetch(after)

    def end(self) -> None:
        """Step: leave before the reader's line is closed; a page on its way is waited for and dropped."""
        self._thread.shutdown(cancel_futures=True)


def _next_page(ahead: Ahead, feed: Feed, *, now: datetime) -> Page | None:
    """The page after our position; None after going back to the beginning.

    :raises StoreUnavailable: also for a feed that answers the same position for ever.
    """
    try:
        page = ahead.fetch(feed.position)
    except FeedRestarted as error:
        if not feed.position:
            raise StoreUnavailable(f"The feed cannot be read even from its beginning: {error}") from error
        _begin_anew(feed, now=now)
        return None
    if feed.position and page.epoch != feed.epoch:
        _begin_anew(feed, now=now)
        return None
    if page.more and page.next == feed.position:
        raise StoreUnavailable("The feed says that there is more, and does not move on.")
    return page


def _begin_anew(feed: Feed, *, now: datetime) -> None:
    log.warning(
        "%s: the store's feed began anew, its database was restored or replaced; it is walked from its beginning. "
        "See what differs with: reconcile",
        feed.name,
    )
    _move(feed, position="", walking=True, began_anew_at=now)
    feed.position, feed.walking = "", True


def _apply(reader: Reader, feed: Feed, page: Page, run: Run, *, now: datetime) -> None:
    at_end = {} if page.more else {"heard_at": now}
    walked = feed.walking and not page.more
    # Files of a database put back in place have the name of the life they had, and lower versions.
    same_life = feed.walking and not feed.position and feed.epoch == page.epoch
    with transaction.atomic(durable=True):
        moved = {"position": page.next, "epoch": page.epoch, "walking": page.more and feed.walking, **at_end}
        _move(feed, **moved, last_error="", failed_at=None, stopped_because="")
        if same_life:
            reader.distrust()
        if feed.walking and page.more and reader.hurry() and not feed.left_over:
            moved["left_over"] = True
            Feed.objects.filter(pk=feed.pk).update(left_over=True)
        if page.rows or page.bad:
            run.changed += reader.apply(page, now=now)
        if walked:
            reader.finish_walk(page.epoch, now=now)
    for name, value in moved.items():
        setattr(feed, name, value)
    run.rows += len(page.rows)
    run.bad += len(page.bad)


def _move(feed: Feed, **fields) -> None:
    """Step: move the feed on from where we read it.

    :raises PositionMoved: if somebody else did so before us.
    """
    if not Feed.objects.filter(pk=feed.pk, position=feed.position).update(**fields):
        raise PositionMoved
