"""Asking once, and again where that is safe: nothing is repeated that would then be done twice."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from bookshop_client.errors import Unavailable, problem

TOO_FAST, NOT_MODIFIED = 429, 304
IN_PROGRESS = "/problems/in-progress"  # the same key is being worked on: its answer is there in a moment
AWAY = frozenset({502, 503, 504})
LONGEST_ANSWER_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Patience:
    """How long to try. Pauses double from `first_pause_s`, half of each by chance; the shop's Retry-After comes before.

    :ivar longest_pause_s: if the shop asks for more, TooFast or Unavailable is raised at once.
    """

    tries: int = 5
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    timeouts_s: tuple[float, float] = (3.05, 30.0)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)

    def pause_s(self, failures: int) -> float:
        return min(self.first_pause_s * 2.0 ** (failures - 1), self.longest_pause_s) * (0.5 + 0.5 * self.chance())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: Any


class Line:
    """For any number of threads: each has connections of its own."""

    def __init__(self, url: str, patience: Patience, *, user_agent: str):
        self._url, self._patience, self._agent = url.rstrip("/"), patience, user_agent
        self._of_thread = threading.local()

    def ask(self, method: str, path: str, *, repeatable: bool, **request: Any) -> Answer:
        """This function will ask, and ask again where the shop is away or too busy.

        :param repeatable: whether doing it twice is the same as once. What is not, is asked again only if it certainly
            was not done: nobody answered the call, or the shop said that it is too busy.
        :raises Problem, Unavailable:
        """
        failures = 0
        while True:
            try:
                answer = self._once(method, path, **request)
            except requests.RequestException as error:
                failures += 1
                if failures >= self._patience.tries or not (repeatable or _never_began(error)):
                    raise Unavailable(f"{method} {path}: {type(error).__name__}: {error}") from error
                self._patience.sleep(self._patience.pause_s(failures))
                continue
            if answer.status < 300 or answer.status == NOT_MODIFIED:
                return answer
            failures += 1
            asked_s = _retry_after_s(answer.headers)
            again = answer.status == TOO_FAST or (repeatable and (answer.status in AWAY or _is_in_progress(answer)))
            if not again or failures >= self._patience.tries or asked_s > self._patience.longest_pause_s:
                raise _failure(method, path, answer, asked_s)
            self._patience.sleep(max(asked_s, self._patience.pause_s(failures)))

    def _once(self, method: str, path: str, **request: Any) -> Answer:
        with self._session().request(
            method, self._url + path, timeout=self._patience.timeouts_s, allow_redirects=False, stream=True, **request
        ) as got:
            raw = bytearray()
            for piece in got.iter_content(64 * 1024):
                raw += piece
                if len(raw) > LONGEST_ANSWER_BYTES:
                    raise Unavailable(f"{method} {path}: the answer has no end.")
            return Answer(got.status_code, got.headers, _json(bytes(raw)))

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = requests.Session()
            session.trust_env = False  # a .netrc would put another log-in in place of ours
            session.headers.update({"User-Agent": self._agent, "Accept": "application/json"})
        return session


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def _is_in_progress(answer: Answer) -> bool:
    return isinstance(answer.body, dict) and answer.body.get("type") == IN_PROGRESS


def _never_began(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _retry_after_s(headers: Mapping[str, str]) -> float:
    text = headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _failure(method: str, path: str, answer: Answer, asked_s: float) -> Exception:
    if answer.status >= 500 or answer.status < 400 or not isinstance(answer.body, dict):
        return Unavailable(f"{method} {path}: the shop answers {answer.status}.")
    return problem(answer.status, answer.body, retry_after_s=asked_s)
