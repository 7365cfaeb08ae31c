"""What the API need not know any more: kept answers, log-ins and codes whose time is over, and turns of the catalogue one by one."""

from datetime import datetime

from shop.api import fresh, repeating
from shop.api.models import ConfirmationCode, LogIn


def tidy(*, now: datetime) -> str:
    """This function will forget it. None of it opens anything by then: whoever asks looks at its time as well."""
    answers = repeating.tidy(now)
    log_ins, codes = (kind.objects.filter(ends_at__lte=now).delete()[0] for kind in (LogIn, ConfirmationCode))
    fresh.count_turns()
    return f"{answers} answers, {log_ins} log-ins, {codes} codes forgotten"
