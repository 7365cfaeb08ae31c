"""What nobody needs any more goes after its time; what tells what happened stays."""

import os
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from store.accounts.models import User
from store.api.models import ServiceCredential
from store.catalogue import covers
from store.catalogue.models import SentPicture
from store.counting.models import CountedCopy, ShelfCount
from store.importing.models import ImportFault, ImportRun
from store.labels import batches
from store.labels.models import LabelBatch, LabelFile
from store.orders.models import OrderEvent
from store.stock.models import BookItem, LedgerLine
from store.works import tidying
from store.works.turn import Turn, the_turn

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def one_of_each(books, *, at) -> dict[str, object]:
    """A row of each rule that has been of no use since then, by its setting."""
    user, _ = User.objects.get_or_create(email="olga@example.org")
    run = ImportRun.objects.create(
        state="done", format="csv", name="x", size_bytes=1, uploaded_by="o", ended_at=at, bad=1
    )
    count = ShelfCount.objects.create(shelf="A-1", state="dropped", started_by="o", ended_by="o", ended_at=at)
    book = books[ShelfCount.objects.count() % 3]
    return {
        "SESSIONS_KEPT_DAYS": Session.objects.create(session_key=f"s{run.pk}", session_data="", expire_date=at),
        "IMPORT_FAULTS_KEPT_DAYS": ImportFault.objects.create(run=run, record=1, reason="wrong"),
        "DROPPED_COUNTS_KEPT_DAYS": CountedCopy.objects.create(count=count, copy=BookItem.objects.first()),
        "REFUSED_PICTURES_KEPT_DAYS": SentPicture.objects.create(book=book, sent_by="o", sent_at=at, reason="broken"),
        "LABELS_KEPT_DAYS": LabelBatch.objects.create(
            kind="shelves", names=["A-1"], paper="roll", made_by="o", made_at=at, ended_at=at
        ),
        "ENDED_CREDENTIALS_KEPT_DAYS": ServiceCredential.objects.create(
            name="shop", token_sha256=f"{run.pk}", expires_at=at
        ),
        "ADMIN_LOG_KEPT_DAYS": LogEntry.objects.create(
            user=user, content_type=None, object_id="1", object_repr="x", action_flag=CHANGE, action_time=at
        ),
    }


def there(rows) -> set[str]:
    return {kept for kept, row in rows.items() if type(row).objects.filter(pk=row.pk).exists()}


def work():
    return tidying.work_on(timezone.now, run_for=timedelta(seconds=12))


@pytest.mark.parametrize("kept", [rule.kept for rule in tidying.RULES])
def test_what_is_older_than_its_setting_goes_and_what_is_younger_stays(books, kept):
    days = timedelta(days=getattr(configured, kept))
    old = {kept: one_of_each(books, at=timezone.now() - days - HOUR)[kept]}
    young = {kept: one_of_each(books, at=timezone.now() - days + HOUR)[kept]}
    assert not work().unfinished
    assert (there(old), there(young)) == (set(), {kept})


def test_every_rule_is_tried_above_and_nothing_goes_that_is_kept_for_ever(books, settings):
    rows = one_of_each(books, at=timezone.now() - timedelta(days=10_000))
    assert set(rows) == {rule.kept for rule in tidying.RULES}
    for kept in rows:
        setattr(settings, kept, 0)
    assert str(work()) == "0 removed"
    assert there(rows) == set(rows)


def test_what_tells_what_happened_stays(books, accept):
    accept((books[0], 1))
    before = (LedgerLine.objects.count(), OrderEvent.objects.count())
    tidying.work_on(lambda: timezone.now() + timedelta(days=10_000), run_for=timedelta(seconds=12))
    assert (LedgerLine.objects.count(), OrderEvent.objects.count()) == before


def test_a_step_ends_in_time_and_the_next_goes_on(db, monkeypatch):
    monkeypatch.setattr(tidying, "BATCH", 2)
    old = timezone.now() - timedelta(days=9)
    Session.objects.bulk_create(Session(session_key=str(n), session_data="", expire_date=old) for n in range(5))
    steps = [tidying.work_on(timezone.now, run_for=timedelta(0)) for _ in range(4)]
    assert [(str(step), step.unfinished) for step in steps] == [
        ("2 removed", True), ("2 removed", True), ("1 removed", True), ("0 removed", False)
    ]  # fmt: skip


def test_files_that_no_row_names_go_after_a_day(books):
    for name, hours in (("named", 48), ("old", 48), ("young", 1)):
        path = covers.FOLDER.path() / name
        path.write_bytes(b"x")
        then = (timezone.now() - hours * HOUR).timestamp()
        os.utime(path, (then, then))
    SentPicture.objects.create(book=books[0], file="named", sent_by="o", sent_at=timezone.now())
    work()
    assert {path.name for path in covers.FOLDER.path().iterdir()} == {"named", "young"}


def test_a_batch_of_labels_goes_with_its_files(db):
    batch = batches.ask_for("shelves", ["A-1"], "roll", start=1, actor="o", now=timezone.now())
    batches.work_on(timezone.now, run_for=timedelta(seconds=9))
    (path,) = batches.FOLDER.path().iterdir()
    then = timezone.now() - timedelta(days=8)
    os.utime(path, (then.timestamp(), then.timestamp()))
    LabelBatch.objects.filter(pk=batch.pk).update(ended_at=then)
    assert str(work()) == "1 removed"
    assert not LabelFile.objects.exists() and not path.exists()


def test_by_hand_it_counts_first_and_then_removes(books, capsys):
    rows = one_of_each(books, at=timezone.now() - timedelta(days=10_000))
    call_command("tidy_up", "--dry-run")
    assert "log-ins that ended: 1 would go (kept for 1 day, SESSIONS_KEPT_DAYS)" in capsys.readouterr().out
    assert there(rows) == set(rows)
    call_command("tidy_up")
    assert "lines of the admin's own log: 1 removed (kept for 730 days" in capsys.readouterr().out
    assert there(rows) == set()


def test_the_page_of_an_old_import_says_that_its_reasons_are_gone(staff, books):
    one_of_each(books, at=timezone.now() - timedelta(days=10_000))
    work()
    page = staff("owner").get(reverse("admin:importing_importrun_change", args=[ImportRun.objects.get().pk]))
    assert "1 was left out; it is so long ago" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_tidies_up(together):
    def held():
        with the_turn(Turn.TIDY) as mine:
            assert mine
            return together(work)[0], together(lambda: call_command("tidy_up"))[0]

    step, refusal = held()
    assert str(step) == "another worker is at it"
    assert isinstance(refusal, CommandError) and "at this moment" in str(refusal)
