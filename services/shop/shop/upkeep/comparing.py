"""Comparing both sides, and repairing from the owner's side, while somebody waits at the page."""

from datetime import timedelta

from django.db import transaction

from shop.accounts.models import User
from shop.bell import ring_after_commit
from shop.clock import Clock
from shop.pages.wording import counted
from shop.storelink.models import Comparison, Feed
from shop.storelink.reconcile import reconcile
from shop.storelink.reconcile_report import Report
from shop.storelink.store import open_store
from shop.upkeep import diary
from worker_bell import Topic

RUN_FOR = timedelta(seconds=5)
ANSWER_WITHIN_S = 5.0


def compare(*, who: User, clock: Clock) -> Report:
    """This function will compare both sides for some seconds, change nothing, and have the worker compare the rest."""
    report = _run(who, "compared", clock)
    if report.unfinished:
        with transaction.atomic():
            ring_after_commit(Topic.RECONCILE)
    return report


def repair(*, who: User, clock: Clock, accept: bool = False) -> Report:
    """This function will repair what differs for some seconds; asked again, it goes on where it ended.

    :param accept: also where very many rows are concerned.
    """
    return _run(who, "repaired, very many rows accepted" if accept else "repaired", clock, repair=True, accept=accept)


def differing() -> list[Comparison]:
    """What the last comparison found and nobody has repaired."""
    return [one for one in Comparison.objects.order_by("subject") if one.differing > one.repaired]


def _run(who: User, did: str, clock: Clock, **how) -> Report:
    with open_store(within_s=ANSWER_WITHIN_S) as store:
        report = reconcile(store, clock, run_for=RUN_FOR, **how)
    if not report.busy:
        about, _ = Feed.objects.get_or_create(name=Feed.Name.BOOKS)
        diary.note(who, about, f"{did}: {trouble_of(report) or _found(report)}")
    return report


def trouble_of(report: Report) -> str:
    """Why a comparison could not be finished, in a sentence; empty if it was, or only needs more time."""
    return report.error or next((found.error for found in report.found.values() if found.error), "")


def _found(report: Report) -> str:
    differing = sum(found.differing for found in report.found.values())
    return f"{counted(differing, 'row')} differing, {differing - report.left:,} repaired"
