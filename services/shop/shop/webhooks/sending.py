"""From the deliveries to the partners. One thread alone uses the database; a slow partner has a thread to itself."""

import json
import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from shop.clock import Clock
from shop.webhooks import minding, signing
from shop.webhooks.endpoints import secrets_of
from shop.webhooks.line import Line, Outcome
from shop.webhooks.models import Delivery, Endpoint, Event

log = logging.getLogger(__name__)

RUN_FOR = timedelta(seconds=8)  # the last calls take up to 8 s more, and the task's soft limit is 20 s
AT_ONCE = 16  # partners, each with one delivery at a time
LARGEST_BYTES = 256 * 1024


@dataclass
class Sent:
    """What one run came to. `unfinished` says that its time ran out."""

    taken: int = 0
    failed: int = 0
    unfinished: bool = False

    def __str__(self) -> str:
        return f"{self.taken} taken, {self.failed} not taken"


@dataclass
class Turn:
    """One endpoint during one run."""

    endpoint: Endpoint
    line: Line
    secrets: list[str]

    def send(self, event: Event, sent_at: datetime) -> Outcome:
        """This function will make one attempt; it asks nothing of the database."""
        body = body_of(event)
        if not self.secrets:
            return Outcome(None, "Its secret was sealed with another SECRET_KEY: change the secret.", 0)
        if len(body) > LARGEST_BYTES:
            return Outcome(None, f"{len(body)} bytes are too many: {LARGEST_BYTES} at most.", 0)
        seconds = int(sent_at.timestamp())
        return self.line.send(body, signing.headers(event.public_id, body, sent_at=seconds, secrets=self.secrets))


def send_due(
    clock: Clock, *, chance: Callable[[], float], run_for: timedelta = RUN_FOR, open_line: Callable[[str], Line] = Line
) -> Sent:
    """This function will deliver what is due, to many partners at the same time and to each one after the other.

    No transaction is open while we talk. Two runs at the same time do no harm: rows are claimed, in the order of their
    subject.

    :param chance: from 0 to 1; spreads repetitions in time, and says who begins.
    """
    sent, ends = Sent(), clock() + run_for
    turns = _turns(clock(), chance, open_line)
    free, calls = list(turns), {}
    try:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            while True:
                _begin(free, calls, pool, clock, ends)
                if not calls:
                    break
                for call in wait(calls, return_when=FIRST_COMPLETED).done:
                    turn, delivery = calls.pop(call)
                    if _write_down(turn, delivery, call.result(), sent, now=clock(), chance=chance):
                        free.append(turn)
    finally:
        for turn in turns:
            turn.line.close()
    sent.unfinished = bool(free)
    return sent


def body_of(event: Event) -> bytes:
    """The same bytes at each attempt."""
    data = dict(event.data)
    if "at" in data:  # as the database writes a time
        data["at"] = _utc(datetime.fromisoformat(data["at"]))
    told = {
        "id": event.public_id,
        "type": event.kind,
        "timestamp": _utc(event.at),
        "sequence": event.pk,
        "subject": event.subject,
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _turns(now: datetime, chance: Callable[[], float], open_line: Callable[[str], Line]) -> list[Turn]:
    waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), state=Delivery.State.WAITING)
    endpoints = Endpoint.objects.served(now=now).filter(Exists(waiting))
    turns = [Turn(endpoint, open_line(endpoint.url), secrets_of(endpoint, now=now)) for endpoint in endpoints]
    return sorted(turns, key=lambda turn: chance())


def _begin(free: list[Turn], calls: dict, pool: ThreadPoolExecutor, clock: Clock, ends: datetime) -> None:
    """Step: give each free thread a delivery; an endpoint for which nothing is due has had its turn."""
    while free and len(calls) < AT_ONCE and (now := clock()) < ends:
        turn = free.pop(0)
        if delivery := Delivery.claim_of(turn.endpoint, now=now):
            call: Future[Outcome] = pool.submit(turn.send, delivery.event, now)
            calls[call] = turn, delivery


def _write_down(turn: Turn, delivery: Delivery, outcome: Outcome, sent: Sent, *, now: datetime, chance) -> bool:
    """Step: keep what came of an attempt; answer whether the endpoint may go on at once."""
    try:
        if outcome.is_taken:
            sent.taken += 1
            minding.taken(delivery, outcome, now=now)
            return True
        sent.failed += 1
        log.warning("Webhook %s to %s: %s %s", delivery.pk, turn.endpoint, outcome.status or "no answer", outcome.said)
        return minding.failed(delivery, outcome, now=now, chance=chance)
    except (Endpoint.DoesNotExist, IntegrityError):
        log.info("The endpoint, or delivery %s, was deleted while it was being sent.", delivery.pk)
        return False
