"""Rows that others must hear of. Each is written in the transaction that makes it true and delivered afterwards."""

from datetime import datetime, timedelta
from typing import Self

from django.db import connections, models, router
from django.db.models import Q

LEASE = timedelta(seconds=40)  # outlasts the hard time limit of a task (30 s), so a live sender is never overtaken
LONGEST_PAUSE_S = 20


class Deliverable(models.Model):
    """A row on its way out: claimed under a lease, tried until it is delivered or refused, in order within a key.

    The number of attempts is the claim's fencing token: whoever lost the lease can no longer report an outcome.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused", "refused: a person must look"
        GIVEN_UP = "given up", "given up by a person"

    key = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def claim_next(cls, *, now: datetime) -> Self | None:
        """This function will lease the first due row whose key has no earlier row waiting; None if nothing is due.

        A row that nobody has tried is due at once, by whoever's clock it was written.
        """
        return next(iter(cls._claim(now=now, at_most=1)), None)

    @classmethod
    def _claim(cls, *, now: datetime, at_most: int, only: str = "true", **params) -> list[Self]:
        """:param only: a further condition on the row `due`, with `params`."""
        table = connections[router.db_for_write(cls)].ops.quote_name(cls._meta.db_table)
        rows = cls.objects.raw(
            f"""
            WITH due AS MATERIALIZED (
                SELECT due.id FROM {table} due
                WHERE due.state = 'waiting' AND (due.next_at <= %(now)s OR due.attempts = 0)
                  AND (due.leased_until IS NULL OR due.leased_until <= %(now)s)
                  AND NOT EXISTS (
                      SELECT 1 FROM {table} earlier
                      WHERE earlier.key = due.key AND earlier.id < due.id AND earlier.state = 'waiting'
                  )
                  AND {only}
                ORDER BY due.id LIMIT %(at_most)s FOR UPDATE SKIP LOCKED
            )
            UPDATE {table} claimed SET leased_until = %(until)s, attempts = attempts + 1
            FROM due WHERE claimed.id = due.id
            RETURNING claimed.*
            """,
            {"now": now, "until": now + LEASE, "at_most": at_most, **params},
        )
        return sorted(rows, key=lambda row: row.pk)

    def mark_sent(self, *, now: datetime) -> bool:
        """This function will close the row; False if the claim was lost meanwhile and another has it."""
        return self._close(self.State.SENT, now=now)

    def refuse(self, *, error: str, now: datetime) -> bool:
        """This function will stop trying and show the row to a person with the other side's reason."""
        return self._close(self.State.REFUSED, now=now, last_error=error)

    def give_up(self, *, why: str, now: datetime) -> bool:
        """This function will stop trying because a person says so; False if it is delivered, or being sent right now.

        One attempt more is another fencing token, so that a sender that lost its lease cannot close the row any more.
        """
        undelivered = type(self).objects.filter(pk=self.pk, state__in=[self.State.WAITING, self.State.REFUSED])
        free = undelivered.filter(Q(leased_until=None) | Q(leased_until__lte=now))
        given_up = {"state": self.State.GIVEN_UP, "done_at": now, "leased_until": None, "last_error": why}
        return free.update(**given_up, attempts=models.F("attempts") + 1) == 1

    def retry_later(self, *, error: str, now: datetime, pause: timedelta | None = None) -> bool:
        pause = pause or timedelta(seconds=min(LONGEST_PAUSE_S, 2 ** min(self.attempts, 10) / 2))
        return self._mine().update(leased_until=None, next_at=now + pause, last_error=error[:2000]) == 1

    def _close(self, state: str, *, now: datetime, **fields) -> bool:
        return self._mine().update(state=state, done_at=now, leased_until=None, **fields) == 1

    def _mine(self):
        return type(self).objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)


def due_indexes(name: str) -> list[models.Index]:
    """For claim_next: the first row waiting, and whether its key has an earlier one. Both hold waiting rows only."""
    waiting = Q(state="waiting")
    return [
        models.Index(fields=["id"], name=f"{name}_waiting", condition=waiting),
        models.Index(fields=["key", "id"], name=f"{name}_by_key", condition=waiting),
    ]


class Topic(models.TextChoices):
    ORDER_PLACED = "order placed"
    ORDER_CANCEL = "order cancel"
    HOLD_RELEASE = "hold release"
    RETURN_ASKED = "return asked"


class OutboxMessage(Deliverable):
    """What the store must hear. `key` is the order's number, so messages about one order keep their order; a return's
    own number for a return, which comes after all that is said of its order."""

    topic = models.CharField(max_length=30, choices=Topic)
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="one_outbox_message_per_topic_and_key")]
        indexes = [
            *due_indexes("outbox"),
            models.Index(fields=["id"], name="outbox_refused", condition=Q(state="refused")),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"

    @classmethod
    def claim_first_tries(cls, *, topic: Topic, at_most: int, now: datetime) -> list[Self]:
        """This function will lease due rows of one topic that nobody has tried to deliver yet."""
        return cls._claim(
            now=now, at_most=at_most, only="due.attempts = 0 AND due.topic = %(topic)s", topic=topic.value
        )

    @classmethod
    def mark_all_sent(cls, messages: list[Self], *, now: datetime) -> None:
        """This function will close rows with one statement, except those whose claim was lost meanwhile."""
        with connections[router.db_for_write(cls)].cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE {cls._meta.db_table} AS message SET state = 'sent', done_at = %(now)s, leased_until = NULL
                FROM unnest(%(ids)s::bigint[], %(attempts)s::int[]) AS mine (id, attempts)
                WHERE message.id = mine.id AND message.attempts = mine.attempts AND message.state = 'waiting'
                """,
                {"now": now, "ids": [m.pk for m in messages], "attempts": [m.attempts for m in messages]},
            )

    @classmethod
    def write(cls, *, topic: Topic, key: str, body: dict, now: datetime) -> Self:
        return cls.objects.create(topic=topic, key=key, body=body, next_at=now, created_at=now)

    @classmethod
    def write_anew(cls, *, topic: Topic, key: str, body: dict, now: datetime) -> Self:
        """This function will write a message that may be due more than once, such as a hold that is released again.

        Its body is the last that was given: a cancelling may be asked for by the customer, and then by staff.
        """
        message, is_new = cls.objects.get_or_create(
            topic=topic, key=key, defaults={"body": body, "next_at": now, "created_at": now}
        )
        if not is_new:
            # One attempt more is another fencing token: a sender still at the old one cannot close the new one.
            cls.objects.filter(pk=message.pk).update(
                state=cls.State.WAITING,
                body=body,
                next_at=now,
                created_at=now,
                done_at=None,
                leased_until=None,
                attempts=models.F("attempts") + 1,
            )
        return message

    @classmethod
    def take_back(cls, *, topic: Topic, key: str, now: datetime) -> None:
        """This function will keep a message from being sent that is no longer true, if it still waits."""
        waiting = cls.objects.filter(topic=topic, key=key, state=cls.State.WAITING)
        waiting.update(state=cls.State.SENT, done_at=now, leased_until=None, last_error="Taken back: no longer true.")
