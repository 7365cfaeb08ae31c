"""What leaves the shop: messages to the store, letters, and money that goes back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q
from django.urls import reverse

from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.outbox.models import Deliverable, OutboxMessage, Topic
from shop.pages.wording import counted
from shop.payments.models import Refund
from shop.returns.models import Return
from shop.upkeep.stream import Level, Row, Stream, age, is_late, joined, lasting, moment, number

SHOWN_ROWS = 10
State = Deliverable.State


@dataclass(frozen=True)
class Kind:
    """One table of deliverables, and how its stream speaks."""

    slug: str
    name: str
    one: str
    model: type[Deliverable]
    title: Callable[[Deliverable], str]
    when_late: str
    when_refused: str


def _of_order(row: Deliverable) -> str:
    """What people call the order that a row is about, where its key is one."""
    try:
        return f"order {Order(number=UUID(row.key)).reference}"
    except ValueError:
        return row.key


def _of_return(row: Deliverable) -> str:
    return Return(number=UUID(row.key)).reference


MESSAGES = Kind(
    "outbox",
    "Orders to the store",
    "message",
    OutboxMessage,
    lambda row: f"“{row.topic}”, {_of_return(row) if row.topic == Topic.RETURN_ASKED else _of_order(row)}",
    "See whether the store and the worker run. Orders go out by themselves when both do.",
    "Read the store's reason, remove what is in the way (often the service's token or a setting), then “Try again”. "
    "Give up only what can never go: the order is then cancelled, paid back, and its customer told.",
)
MAILS = Kind(
    "mails",
    "Mails",
    "letter",
    Mail,
    lambda row: f"“{row.subject}” to {row.to}",
    "See whether the mail server and the mail worker run (EMAIL_URL).",
    "Most often the address does not exist. Reach the customer in another way and give the letter up, or “Try again” if "
    "the mail server was wrong.",
)
REFUNDS = Kind(
    "refunds",
    "Refunds",
    "refund",
    Refund,
    lambda row: f"{row.amount} for {row.key}",
    "See whether the payment gateway can be reached and the worker runs.",
    "Read the gateway's reason. “Try again” when it is removed; give up once the money has gone back in another way.",
)
KINDS = {"message": MESSAGES, "mail": MAILS, "refund": REFUNDS}


def messages(*, now: datetime) -> Iterator[Stream]:
    yield _stream("message", now=now)


def mails(*, now: datetime) -> Iterator[Stream]:
    yield _stream("mail", now=now)


def refunds(*, now: datetime) -> Iterator[Stream]:
    yield _stream("refund", now=now)


def _stream(kind_name: str, *, now: datetime) -> Stream:
    kind = KINDS[kind_name]
    waiting, refused = kind.model.objects.filter(state=State.WAITING), kind.model.objects.filter(state=State.REFUSED)
    sums = waiting.aggregate(n=Count("pk"), oldest=Min("created_at"), failed=Count("pk", filter=~Q(last_error="")))
    number_refused = refused.count()
    shown = [*refused.order_by("id")[:SHOWN_ROWS], *waiting.exclude(last_error="").order_by("id")[:SHOWN_ROWS]]
    # The newest rows are nearly always the ones delivered last, and the primary key finds them at once.
    last = kind.model.objects.filter(state=State.SENT).order_by("-id").values_list("done_at", flat=True).first()
    level, sentence, todo = _judge(kind, sums, number_refused, shown, now=now)
    figures = [
        moment("last delivered", last, now=now),
        number("waiting", sums["n"]),
        age("oldest unsent", sums["oldest"], now=now),
        number("refused", number_refused),
    ]
    rows = [_row(kind_name, kind, row) for row in shown[:SHOWN_ROWS]]
    more = number_refused + sums["failed"] - len(rows)
    actions = (f"try-all-again {kind_name}",) if sums["n"] or number_refused else ()
    actions += ("mails",) if kind_name == "mail" else ()
    return Stream(kind.slug, kind.name, level, sentence, todo, figures, rows, more, actions)


def _judge(kind: Kind, sums: dict, refused: int, shown: list, *, now: datetime) -> tuple[Level, str, str]:
    late = is_late(sums["oldest"], now=now)
    errors = [row.last_error for row in shown if row.state == State.WAITING]
    waits = f"{counted(sums['n'], kind.one)} on the way" if sums["n"] else ""
    oldest = f"the oldest for {lasting((now - sums['oldest']).total_seconds())}" if sums["n"] else ""
    error = f"The last error: {errors[0]}" if errors else ""
    if refused or late:
        told = f"{counted(refused, kind.one)} refused." if refused else ""
        still = f"{waits}, {oldest}." if late else ""
        todo = joined([kind.when_refused if refused else "", kind.when_late if late else ""])
        return Level.PERSON, joined([told, still, error if late else ""]), todo
    if sums["failed"]:
        return Level.WAITS, f"{waits}, {oldest}; tried again by itself. {error}", ""
    return Level.FINE, f"{waits}." if waits else f"Every {kind.one} is delivered.", ""


def _row(kind_name: str, kind: Kind, row: Deliverable) -> Row:
    meta = kind.model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    tried = f" ({counted(row.attempts, 'attempt')})" if row.attempts else ""
    state = "Refused" if row.state == State.REFUSED else "Waits"
    return Row(kind_name, row.pk, kind.title(row), f"{state}{tried}: {row.last_error}", row.created_at, url)
