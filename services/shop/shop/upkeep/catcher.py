"""What a mail catcher has caught, read through MailHog's API: the Message-IDs and how often each came."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

PER_REQUEST = 250
MOST_MAILS = 20_000
READ_FOR_S = 8.0
TIMEOUT_S = 3.0
SLACK = timedelta(hours=1)  # the catcher's clock may differ from ours


@dataclass
class Captured:
    """:ivar back_to: mails before that moment were not looked at; None if all were."""

    times: Counter[str] = field(default_factory=Counter)
    back_to: datetime | None = None
    error: str = ""

    def of(self, message_id: str, *, sent_at: datetime | None) -> int | None:
        """How often it came; None if that cannot be said."""
        if found := self.times[message_id]:
            return found
        unseen = self.error or (self.back_to and (sent_at is None or sent_at < self.back_to))
        return None if unseen else 0


def captured(url: str, *, since: datetime | None = None) -> Captured:
    """This function will read a catcher's mails, newest first, back to a moment or as far as time allows.

    A catcher that is away, or none of ours, is told in `error`.
    """
    if not url:
        return Captured(error="No mail catcher is set up (MAIL_API_URL), so nobody knows what arrived.")
    caught, ends, oldest = Captured(), time.monotonic() + READ_FOR_S, None
    try:
        for start in range(0, MOST_MAILS, PER_REQUEST):
            total, mails = _read(url, start)
            caught.times.update(message_id for message_id, _ in mails)
            created = [at for _, at in mails]
            oldest = min([*created, *([oldest] if oldest else [])], default=None)
            is_far_enough = since and created and max(created) < since - SLACK
            if start + PER_REQUEST >= total or not mails or is_far_enough:
                return caught
            if time.monotonic() > ends:
                break
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        caught.error = f"The mail catcher at {url} could not be read ({type(error).__name__})."
        return caught
    caught.back_to = oldest
    return caught


def _read(url: str, start: int) -> tuple[int, list[tuple[str, datetime]]]:
    answer = requests.get(
        f"{url}/api/v2/messages",
        params={"start": start, "limit": PER_REQUEST},
        timeout=TIMEOUT_S,
        allow_redirects=False,
    )
    answer.raise_for_status()
    page = answer.json()
    return int(page["total"]), [(_id_of(item), datetime.fromisoformat(item["Created"])) for item in page["items"]]


def _id_of(item: dict) -> str:
    headers = {name.lower(): values for name, values in item["Content"]["Headers"].items()}
    # A long header is folded after its name, and the catcher unfolds it as it came.
    return next(iter(headers.get("message-id", [])), "").strip()
