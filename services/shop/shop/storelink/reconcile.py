"""Comparing shop and store, and setting right what differs from its owner's side."""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import timedelta

from shop.clock import Clock
from shop.storelink.books import sync_books
from shop.storelink.feeds import MassRetirement
from shop.storelink.models import Comparison, ComparisonUnderWay, Feed
from shop.storelink.one_run import a_place
from shop.storelink.reconcile_books import BooksStage
from shop.storelink.reconcile_orders import OrdersStage
from shop.storelink.reconcile_report import Found, Report, Subject
from shop.storelink.reconcile_returns import ReturnsStage
from shop.storelink.reconcile_stage import CannotHear, Piece, Stage, TooManyAtOnce
from shop.storelink.statuses import sync_order_statuses, sync_returns
from store_client import StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(hours=1)  # the first pieces of a comparison are no news any more then
STAGES: tuple[type[Stage], ...] = (BooksStage, OrdersStage, ReturnsStage)
LOGS = {Feed.Name.ORDERS: sync_order_statuses, Feed.Name.RETURNS: sync_returns}


def reconcile(
    store: StoreClient,
    clock: Clock,
    *,
    repair: bool = False,
    accept: bool = False,
    run_for: timedelta | None = None,
    subjects: Collection[Subject] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Report:
    """This function will compare both services, repair what differs if that is wanted, and keep what it found.

    What is under way is no difference: the feeds are read to their end, and what still differs is looked at twice.

    :param repair: from the owner's side: the store owns books, stock, statuses and returns, the shop its orders.
    :param accept: go on although very many rows would change at once.
    :param run_for: end between two steps once this time is over; the next call of the same kind goes on from there.
    :param say: told how far it is, a short line at a time.
    """
    wanted = [subject for subject in Subject if subjects is None or subject in subjects]
    report = Report.of(wanted, repair=repair)
    with a_place("reconcile", of=1) as ours:
        report.busy = not ours
        if ours:
            work = _Work(store, clock, report, accept=accept and repair, run_for=run_for, say=say)
            report.unfinished = not work.done()
    log.log(logging.INFO if report.is_clean or report.unfinished or report.busy else logging.WARNING, "%s", report)
    return report


class _Work:
    """One call's part of a comparison, and what earlier calls left of it."""

    def __init__(self, store, clock, report: Report, *, accept: bool, run_for: timedelta | None, say):
        self._store, self._clock, self._report, self._accept, self._say = store, clock, report, accept, say
        self._ends = None if run_for is None else clock() + run_for
        self._mode = f"{'repair' if report.repair else 'look'}{' accept' * accept} {' '.join(report.found)}"
        kept = ComparisonUnderWay.objects.filter(mode=self._mode, at__gt=clock() - FORGOTTEN_AFTER).first()
        self._state = kept.state if kept and run_for else {"done": [], "stages": {}}
        for name, found in self._state.get("found", {}).items():
            report.found[name] = Found(**found)

    def done(self) -> bool:
        """This function will go through the stages; False if time ran out in between."""
        for kind in STAGES:
            mine = [subject for subject in kind.subjects if subject in self._report.found]
            if not mine or kind.name in self._state["done"]:
                continue
            stage = kind(self._store, [self._report.found[subject] for subject in mine], self._piece(kind), self._hear)
            began = time.monotonic()
            ended = self._went_through(stage)
            for subject in mine:
                self._report.found[subject].seconds += time.monotonic() - began
            if not ended:
                self._keep()
                return False
            self._close(stage, mine)
        ComparisonUnderWay.objects.filter(mode=self._mode).delete()
        return True

    def _piece(self, kind: type[Stage]) -> Piece:
        kept = self._state["stages"].get(kind.name, {})
        return Piece(repair=self._report.repair, accept=self._accept, clock=self._clock, **kept)

    def _went_through(self, stage: Stage) -> bool:
        """One step after the other; what goes wrong ends the stage and is kept as its error."""
        try:
            if not stage.piece.began:
                self._hear(stage.feed)
                stage.piece.began = True
            while not stage.piece.at_end:
                if self._is_over():
                    raise _TimeRanOut
                stage.step()
                self._say(stage.progress())
            stage.finish()
        except _TimeRanOut:
            self._state["stages"][stage.name] = stage.piece.kept()
            return False
        except TooManyAtOnce as error:
            self._report.error = str(error)
            stage.found[0].examples.insert(0, str(error))
        except (CannotHear, MassRetirement, StoreRefused, StoreUnavailable) as error:
            for found in stage.found:
                found.error = str(error)
        return True

    def _hear(self, feed: Feed.Name) -> None:
        """Read a feed to its end.

        :raises CannotHear: naming what keeps us from it.
        """
        left = None if self._ends is None else max(self._ends - self._clock(), timedelta(seconds=1))
        if feed == Feed.Name.BOOKS:
            run = sync_books(self._store, self._clock, accept=self._accept, run_for=left)
        else:
            run = LOGS[feed](self._store, self._clock, run_for=left)
        if run.unfinished:
            raise _TimeRanOut
        if why := run.error or run.stopped_because or (str(run) if run.busy else ""):
            raise CannotHear(f"The feed could not be read to its end, so nothing can be compared: {why}")

    def _is_over(self) -> bool:
        return self._ends is not None and self._clock() >= self._ends

    def _keep(self) -> None:
        self._state["found"] = {name: asdict(found) for name, found in self._report.found.items()}
        ComparisonUnderWay.objects.update_or_create(
            mode=self._mode, defaults={"state": self._state, "at": self._clock()}
        )

    def _close(self, stage: Stage, subjects: list[str]) -> None:
        self._state["done"].append(stage.name)
        for found in stage.found:
            kept = asdict(found)
            Comparison.objects.update_or_create(subject=kept.pop("subject"), defaults=kept | {"at": self._clock()})
        is_equal = not any(found.left or found.error for found in stage.found)
        if is_equal and len(subjects) == len(stage.subjects):
            Feed.objects.filter(name=stage.feed).update(began_anew_at=None)


class _TimeRanOut(Exception):
    """The next call goes on reading where the feed was left."""
