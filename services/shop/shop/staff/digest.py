"""What waits for people, in one letter a day to those of the staff who want it. Each sees what they may see, and no more."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.urls import reverse

from shop.accounts.models import User
from shop.notifications.choices import who_wants
from shop.notifications.models import Digest
from shop.notifications.operations import compose, write_all
from shop.orders.admin import TO_BE_PACKED
from shop.orders.models import Order, OrderLine
from shop.orders.states import MOVES
from shop.pages.addresses import absolute
from shop.pages.wording import ago, counted
from shop.returns.models import Return
from shop.returns.models import State as Back
from shop.staff.roles import LOOK_AT_FEEDS, SETTLE_ORDER
from shop.staff.waiting import WAITING
from shop.upkeep.status import look

SHOWN = 10
WAITING_STATES = frozenset(state for state in TO_BE_PACKED if MOVES[state])
SEE_ORDERS, SEE_RETURNS = "orders.view_order", "returns.view_return"


@dataclass(frozen=True)
class Part:
    """One heading of the letter, for those who have the permission.

    :ivar lines: the first of them, the longest waiting first; :ivar more: how many others there are.
    """

    title: str
    permission: str
    address: str
    lines: list[str]
    more: int = 0

    @property
    def url(self) -> str:
        return absolute(self.address)


@dataclass(frozen=True)
class Written:
    """What one run came to; `letters` is None if there was nothing to be done yet, or any more."""

    letters: int | None

    def __str__(self) -> str:
        return "not now" if self.letters is None else counted(self.letters, "letter")


def write_due(*, now: datetime) -> Written:
    """This function will write the day's letters once its hour has come, each once, whatever stops it on the way."""
    local = now.astimezone(ZoneInfo(settings.DIGEST_TIME_ZONE))
    if local.hour < settings.DIGEST_HOUR or not is_left(local.date()):
        return Written(None)
    return write(day=local.date(), now=now)


def write(*, day: date, now: datetime) -> Written:
    """This function will write a day's letters if they are not written yet: to who wants one, may see something, and has to.

    The day is taken with its letters: a process that ends in between has done nothing. While nobody wants any it stays, so
    that who asks for them today has today's.
    """
    staff = who_wants("digest", User.objects.filter(is_active=True, is_staff=True).order_by("pk"))
    if not staff:
        return Written(None)
    found = gather(now=now)
    with transaction.atomic(durable=True):
        _, is_new = Digest.objects.get_or_create(day=day, defaults={"made_at": now, "letters": 0})
        if not is_new:
            return Written(None)
        letters = [letter(user, parts, day=day, now=now) for user in staff if (parts := seen_by(user, found))]
        write_all(letters)
        Digest.objects.filter(day=day).update(letters=len(letters))
    return Written(len(letters))


def is_left(day: date) -> bool:
    """Whether the day's letters are still to be written."""
    return not Digest.objects.filter(day=day).exists()


def letter(user: User, parts: list[Part], *, day: date, now: datetime):
    return compose(
        event=f"digest:{day}:{user.pk}",
        kind="digest",
        key=f"digest:{user.pk}",
        to=user.email,
        template="digest",
        context={"parts": parts, "day": day, "name": user.name, "admin_url": absolute(reverse("admin:index"))},
        now=now,
        reader=user.pk,
    )


def seen_by(user: User, found: list[Part]) -> list[Part]:
    return [part for part in found if user.has_perm(part.permission)]


def may_have(user: User) -> bool:
    """Whether there is anything that a digest could tell this person."""
    return any(user.has_perm(permission) for permission in PERMISSIONS)


def gather(*, now: datetime) -> list[Part]:
    """This function will look at everything that may wait, whoever sees it; what waits for nobody is left out."""
    parts = [*_to_do(), _orders(now), _attention(), _short(), _returns(now), _road(now)]
    return [part for part in parts if part.lines]


def _to_do() -> list[Part]:
    """What the admin's first page counts, each under its own permission."""
    counts = [(kind, kind.count()) for kind in WAITING if kind.permission != SETTLE_ORDER]
    return [
        Part(f"{number} {kind.one if number == 1 else kind.many}", kind.permission, kind.url, ["To be dealt with."])
        for kind, number in counts
        if number
    ]


def _orders(now: datetime) -> Part:
    waiting = Order.objects.filter(state__in=WAITING_STATES)
    oldest = waiting.order_by("placed_at")[:SHOWN]
    lines = [
        f"{order.reference}, {order.get_state_display()}, placed {ago(order.placed_at, now=now)}" for order in oldest
    ]
    return _part("Orders on the way to their parcels", SEE_ORDERS, "orders_order", lines, waiting.count())


def _attention() -> Part:
    calling = Order.objects.exclude(attention="")
    lines = [f"{order.reference}: {order.attention}" for order in calling.order_by("placed_at")[:SHOWN]]
    return _part("Orders that need attention", SETTLE_ORDER, "orders_order", lines, calling.count(), "?attention=yes")


def _short() -> Part:
    """Copies that open orders wait for, or will not get, by book."""
    lines = OrderLine.objects.filter(short__gt=0, order__state__in=WAITING_STATES)
    books = lines.values("title").annotate(copies=Sum("short")).order_by("-copies", "title")
    told = [f"{counted(book['copies'], 'copy', 'copies')} of “{book['title']}”" for book in books[:SHOWN]]
    return _part("Copies that open orders are short of", SEE_ORDERS, "orders_order", told, books.count())


def _returns(now: datetime) -> Part:
    waiting = Return.objects.filter(Q(state=Back.ASKED) | Q(state=Back.RECEIVED))
    oldest = waiting.order_by("asked_at")[:SHOWN]
    lines = [f"{one.reference}, {one.get_state_display().lower()}, {ago(one.asked_at, now=now)}" for one in oldest]
    return _part("Returns that wait for the warehouse", SEE_RETURNS, "returns_return", lines, waiting.count())


def _road(now: datetime) -> Part:
    """What is stuck between shop and store, or on its way to a customer or a bank; dead letters too."""
    stuck = [f"{stream.name}: {stream.sentence} {stream.todo}".strip() for stream in look(now=now).troubled]
    return Part(
        "Stuck between shop and store", LOOK_AT_FEEDS, reverse("upkeep:sync"), stuck[:SHOWN], len(stuck[SHOWN:])
    )


def _part(title: str, permission: str, there: str, lines: list[str], number: int, query: str = "") -> Part:
    address = reverse(f"admin:{there}_changelist") + query
    return Part(title, permission, address, lines, max(number - len(lines), 0))


PERMISSIONS = frozenset({SEE_ORDERS, SETTLE_ORDER, SEE_RETURNS, LOOK_AT_FEEDS, *(kind.permission for kind in WAITING)})
