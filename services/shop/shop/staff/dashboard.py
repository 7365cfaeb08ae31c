"""The admin's first page: what this person has to do, and how the shop is, as far as their roles let them see."""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.utils.timezone import localdate

from shop.accounts.models import User
from shop.orders.admin import TO_BE_PACKED
from shop.orders.states import State
from shop.pages.wording import counted, money
from shop.staff import charts, figures
from shop.staff.roles import LOOK_AT_FEEDS, SEE_ALL_ORDERS, SEE_SALES
from shop.staff.waiting import Counted, waiting_for
from shop.upkeep.status import look

SYNC_KEPT_S = 30


@dataclass
class Dashboard:
    roles: list[str]
    waiting: list[Counted]
    sync: dict | None = None
    states: charts.Chart | None = None
    sales: list[charts.Chart] = field(default_factory=list)
    slow: list[figures.Slow] | None = None


def dashboard_for(user: User, *, now: datetime) -> Dashboard:
    """This function will put the page together. Statements do not depend on how much there is of anything."""
    page = Dashboard(sorted(user.groups.values_list("name", flat=True)), waiting_for(user))
    if user.has_perm(LOOK_AT_FEEDS):
        page.sync = cache.get_or_set("staff-sync", lambda: _sync(now), SYNC_KEPT_S)
    if user.has_perm("orders.view_order"):
        page.states = _states(figures.lately(today=localdate(now)), sees_all=user.has_perm(SEE_ALL_ORDERS))
    if user.has_perm(SEE_SALES):
        page.sales = _sales(figures.lately(today=localdate(now)))
        page.slow = figures.slow_sellers(today=localdate(now))
    return page


def _sync(now: datetime) -> dict:
    report = look(now=now)
    return {"sentence": report.sentence, "level": report.level.name.lower()}


def _states(lately: figures.Lately, *, sees_all: bool) -> charts.Chart:
    seen = [state for state in State if sees_all or state in TO_BE_PACKED]
    values = [(state.label, lately.by_state.get(state, 0)) for state in seen]
    total = sum(number for _, number in values)
    return charts.Chart(
        slug="states",
        title="Orders by state",
        told=f"{counted(total, 'order')} of the last {figures.DAYS} days, by where they are now.",
        columns=("State", "Orders"),
        bars=charts.lying([(label, number, f"{number:,}") for label, number in values if number]),
    )


def _sales(lately: figures.Lately) -> list[charts.Chart]:
    return [_sales_in(currency, lately) for currency in lately.currencies]


def _sales_in(currency: str, lately: figures.Lately) -> charts.Chart:
    values = [(f"{day.day:%-d %b}", day.sums.get(currency, 0)) for day in lately.days]
    best = max(values, key=lambda value: value[1])
    told = (
        f"{money(lately.total(currency), currency)} in the last {figures.DAYS} days; the best was {best[0]} with "
        f"{money(best[1], currency)}."
    )
    return charts.Chart(
        slug=f"sales-{currency.lower()}",
        title=f"Sales by day, {currency}",
        told=told,
        columns=("Day", "Sold"),
        bars=charts.upright([(label, float(amount), money(amount, currency)) for label, amount in values]),
        highest=money(best[1], currency),
    )
