"""What can go wrong: no answer, or an answer that says why not."""

from collections.abc import Mapping
from typing import Any


class ShopError(Exception):
    """Everything that this client raises."""


class Unavailable(ShopError):
    """The shop gave no usable answer, also after some tries. For what is not repeated, it is unknown whether it was done."""


class Problem(ShopError):
    """The shop's answer that something is not so (application/problem+json).

    :ivar slug: the last part of its type, which programs decide by, such as `out-of-stock`.
    :ivar fields: what is wrong, by field.
    :ivar body: the whole answer, with whatever else it tells.
    """

    def __init__(self, status: int, body: Mapping[str, Any], *, retry_after_s: float = 0):
        self.status, self.body, self.retry_after_s = status, body, retry_after_s
        self.slug = str(body.get("type", "")).rpartition("/")[2]
        self.fields = {str(one.get("field")): str(one.get("message")) for one in body.get("errors", [])}
        told = [str(body.get("detail") or f"The shop answers {status}.")]
        told += [f"{field}: {message}" for field, message in self.fields.items() if message not in told]
        super().__init__(" ".join(told))


class Invalid(Problem):
    """400: a field is wrong, missing or unknown; see `fields`."""


class NotLoggedIn(Problem):
    """401: wrong password, or a log-in that is over. Log in again."""


class Forbidden(Problem):
    """403: this account may not do that."""


class NotFound(Problem):
    """404: it is not there, or another's."""


class Impossible(Problem):
    """409: not as things are. What is short is in `short`."""

    @property
    def short(self) -> dict[int, int]:
        """How many copies are available of each product of which too few are."""
        return {int(one["product_id"]): int(one["available"]) for one in self.body.get("short", [])}


class Changed(Problem):
    """412: it is no longer as you have seen it, and was left alone. Read it again, and decide anew."""


class KeyReused(Problem):
    """422: the key was used for something else."""


class TooFast(Problem):
    """429, also after having waited as long as we were asked to."""


BY_STATUS: dict[int, type[Problem]] = {
    400: Invalid,
    401: NotLoggedIn,
    403: Forbidden,
    404: NotFound,
    409: Impossible,
    412: Changed,
    422: KeyReused,
    429: TooFast,
}


def problem(status: int, body: Mapping[str, Any], *, retry_after_s: float = 0) -> Problem:
    return BY_STATUS.get(status, Problem)(status, body, retry_after_s=retry_after_s)
