"""Imports as records: what was sent in, what it would do, and how far it has come. These rows are the truth."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

MOST_FAULTS_KEPT = 10_000
WAITS_FOR_AN_ANSWER = timedelta(days=14)


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    ONIX = "onix", "ONIX 3"


class RunState(models.TextChoices):
    MAPPING = "mapping", "waits for its columns"
    CHECKING = "checking", "is being checked"
    CHECKED = "checked", "waits for a yes"
    APPLYING = "applying", "is being brought in"
    DONE = "done", "done"
    STOPPED = "stopped", "stopped"
    REFUSED = "refused", "refused"
    DISCARDED = "discarded", "discarded"


class AfterCheck(models.TextChoices):
    """What comes when the file is checked."""

    ASK = "ask", "somebody says yes"
    APPLY = "apply", "it is brought in"
    END = "end", "nothing: it was a dry run"


WORKED_ON = (RunState.CHECKING, RunState.APPLYING)
WAITING = (RunState.MAPPING, RunState.CHECKED)
ENDED = (RunState.DONE, RunState.STOPPED, RunState.REFUSED, RunState.DISCARDED)


class ImportRun(models.Model):
    """One file from its upload to its end. Only `importing.operations` and `importing.work` change it."""

    state = models.CharField(max_length=10, choices=RunState)
    format = models.CharField(max_length=4, choices=Format)
    name = models.CharField("file", max_length=200, help_text="As its sender calls it.")
    file = models.CharField(max_length=60, blank=True, help_text="As we keep it; empty when it is gone again.")
    size_bytes = models.BigIntegerField()
    delimiter = models.CharField(max_length=1, default=",")
    columns = models.JSONField(default=list, help_text="CSV: our name for each column of the file, or nothing.")
    header = models.JSONField(
        default=list, help_text="CSV sent in by a service: what its own first line calls each column."
    )
    currency = models.CharField(max_length=3, default="EUR")
    country = models.CharField(max_length=2, blank=True)
    uploaded_by = models.CharField(max_length=254)
    uploaded_at = models.DateTimeField(default=timezone.now)
    approved_by = models.CharField(max_length=254, blank=True)
    after_check = models.CharField(max_length=5, choices=AfterCheck, default=AfterCheck.ASK)
    client = models.CharField(
        "service", max_length=100, blank=True, help_text="That sent it in; empty for people here."
    )
    key = models.UUIDField(null=True, editable=False)
    file_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)

    # How far the file is read, in bytes and in lines or records: a later step, also after a crash, goes on from here.
    position = models.BigIntegerField(default=0)
    last_read = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True)

    # What the check found …
    bad = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    retired = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)
    to_do = models.PositiveIntegerField(default=0)
    # … and what was brought in so far: the outcomes in their order, and of each the records up to a number.
    done_outcome = models.CharField(max_length=10, blank=True, default="")
    done_number = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    done_new = models.PositiveIntegerField(default=0)
    done_changed = models.PositiveIntegerField(default=0)
    done_retired = models.PositiveIntegerField(default=0)
    done_copies = models.PositiveIntegerField(default=0)
    brought_from = models.DateTimeField(null=True, help_text="When the first of it was brought in.")

    class Meta:
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="import_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=ENDED) ^ models.Q(ended_at=None), name="import_has_its_end_iff_it_ended"
            ),
            # The same file is sent in again when an answer was lost.
            models.UniqueConstraint(fields=["client", "key"], name="import_is_sent_in_once_by_a_key"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="imports_by_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def what_a_record_is(self) -> str:
        return "line" if self.format == Format.CSV else "record"

    @property
    def is_dry_run(self) -> bool:
        return self.after_check == AfterCheck.END

    @property
    def is_worked_on(self) -> bool:
        return self.state in WORKED_ON

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class ImportFault(models.Model):
    """A record that was left out, and why."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="faults")
    record = models.PositiveIntegerField()
    reference = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500)
    column = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="CSV: ours, if one is to blame."
    )

    class Meta:
        indexes = [models.Index(fields=["run", "record"], name="faults_of_import")]

    def __str__(self) -> str:
        return f"{self.record}: {self.reason}"


class Outcome(models.TextChoices):
    """What a record comes to, compared with the catalogue when it was read."""

    NEW = "new", "new"
    CHANGED = "changed", "changed"
    RETIRED = "retired", "retired"
    COPIES = "copies", "only its copies are new"
    UNCHANGED = "unchanged", "unchanged"
    INCOMPLETE = "incomplete", "says too little for a new book"


# In the order of their names, in which they are brought in.
TO_DO = (Outcome.CHANGED, Outcome.COPIES, Outcome.NEW, Outcome.RETIRED)


class StagedBook(models.Model):
    """A good record of a file, waiting to be brought in. A column that is null is left alone in a book we know.

    The key finds a book that stands in its file twice. No foreign key to the run: it would be looked at a million times.
    """

    pk = models.CompositePrimaryKey("run_id", "isbn13")
    run_id = models.BigIntegerField()
    isbn13 = models.CharField(max_length=13)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    title = models.TextField(null=True)
    subtitle = models.TextField(null=True)
    series = models.TextField(null=True)
    series_number = models.TextField(null=True)
    authors = ArrayField(models.CharField(max_length=200), null=True)
    first_published = models.SmallIntegerField(null=True)
    language = models.TextField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    currency = models.TextField(null=True)
    contributors = models.JSONField(null=True)
    publisher = models.TextField(null=True)
    imprint_of = models.TextField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    description = models.TextField(null=True)
    format = models.TextField(null=True)
    categories = models.JSONField(null=True)
    copies = models.PositiveIntegerField(default=0)
    owed = models.PositiveIntegerField(default=0)
    shelf = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["run_id", "outcome", "number"], name="staged_in_turn", condition=models.Q(outcome__in=TO_DO)
            )
        ]

    def __str__(self) -> str:
        return self.isbn13
