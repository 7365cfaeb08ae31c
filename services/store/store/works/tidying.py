"""Rows and files that nobody needs any more go after a time. One line in RULES is one kind.

What was ordered, packed, counted, promised and moved is no such thing: orders, events, ledger, holds, returns and counts stay.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from store.api.models import ServiceCredential
from store.catalogue import covers
from store.catalogue.models import SentPicture
from store.counting.models import CountedCopy, CountState
from store.importing.models import ImportFault
from store.labels import batches
from store.labels.models import LabelBatch, LabelFile
from store.works.turn import Turn, the_turn
from store.works.work import Clock, Work

BATCH = 2_000


class Rule(NamedTuple):
    """:ivar what: in the plural; :ivar kept: the setting that says for how many days, and 0 for ever; :ivar before: rows that
    have been of no use since a moment before this one.
    """

    what: str
    kept: str
    before: Callable[[datetime], QuerySet]

    def old(self, now: datetime) -> QuerySet:
        days = getattr(settings, self.kept)
        rows = self.before(now - timedelta(days=days))
        return rows if days else rows.none()


RULES = (
    Rule("log-ins that ended", "SESSIONS_KEPT_DAYS", lambda moment: Session.objects.filter(expire_date__lt=moment)),
    Rule(
        "records that imports left out",
        "IMPORT_FAULTS_KEPT_DAYS",
        lambda moment: ImportFault.objects.filter(run__ended_at__lt=moment),
    ),
    Rule(
        "copies of counts that were dropped",
        "DROPPED_COUNTS_KEPT_DAYS",
        lambda moment: CountedCopy.objects.filter(count__state=CountState.DROPPED, count__ended_at__lt=moment),
    ),
    Rule(
        "pictures that were not taken",
        "REFUSED_PICTURES_KEPT_DAYS",
        lambda moment: SentPicture.objects.filter(file="", sent_at__lt=moment),
    ),
    Rule(
        "large batches of labels",
        "LABELS_KEPT_DAYS",
        lambda moment: LabelBatch.objects.filter(ended_at__lt=moment),
    ),
    Rule(
        "credentials that ended",
        "ENDED_CREDENTIALS_KEPT_DAYS",
        lambda moment: ServiceCredential.objects.filter(expires_at__lt=moment),
    ),
    Rule(
        "lines of the admin's own log",
        "ADMIN_LOG_KEPT_DAYS",
        lambda moment: LogEntry.objects.filter(action_time__lt=moment),
    ),
)


def work_on(clock: Clock, *, run_for: timedelta) -> Work:
    """Tidy up for so long."""
    with the_turn(Turn.TIDY) as mine:
        if not mine:
            return Work("another worker is at it")
        ends, removed = clock() + run_for, 0
        for rule in RULES:
            for number in remove(rule, now=clock()):
                removed += number
                if clock() >= ends:
                    return Work(f"{removed} removed", unfinished=True)
        remove_files(now=clock())
    return Work(f"{removed} removed")


def remove(rule: Rule, *, now: datetime) -> Iterator[int]:
    """This function will remove what is old, batch after batch, each in a transaction; it tells the number of each."""
    while keys := list(rule.old(now).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic(durable=True):
            # Asked once more: what was used again meanwhile is not old any more.
            _, by_model = rule.old(now).filter(pk__in=keys).delete()
        yield by_model.get(rule.old(now).model._meta.label, 0)
        if len(keys) < BATCH:
            return


def remove_files(*, now: datetime) -> None:
    """This function will remove files that no row names any more; imports look after theirs."""
    for folder, rows in ((covers.FOLDER, SentPicture.objects.exclude(file="")), (batches.FOLDER, LabelFile.objects)):
        folder.remove_left_overs(set(rows.values_list("file", flat=True)), now=now)
