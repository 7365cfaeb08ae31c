"""Times are kept in UTC, and told to people in the zone of the warehouse (TIME_ZONE)."""

from datetime import date, datetime, time

from django.template import Library
from django.utils.timezone import localtime, make_aware

register = Library()  # for all templates


@register.filter
def by_clock(at: datetime | None, pattern: str = "%-d %B %Y, %H:%M %Z") -> str:
    """This function will write a moment as the clocks of the warehouse tell it, with the name of their zone; "" for none.

    Unlike `date` of templates it names the zone also in the hour that comes twice.
    """
    return f"{localtime(at):{pattern}}" if at else ""


def begin_of(day: date) -> datetime:
    """When a day begins by the clocks of the warehouse."""
    return make_aware(datetime.combine(day, time()))
