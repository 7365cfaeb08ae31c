"""The line to one gateway: its configured host and no other, no redirect followed, all answers sorted."""

import json
import time
from dataclasses import dataclass

import requests

from shop.payments.gateways.base import GatewayUnavailable

CONNECT_S, READ_S = 3.0, 10.0
WITHIN_S = 14.0  # all calls of one piece of work; a task that begins one in its last second still ends in time
LONGEST_ANSWER_BYTES = 1024 * 1024
TOO_MANY = 429


@dataclass(frozen=True)
class Answer:
    """What a gateway answered: done (2xx) or understood and not done (4xx)."""

    status: int
    body: dict

    @property
    def is_done(self) -> bool:
        return self.status < 300


class Line:
    """Not for several threads at once; make one for each piece of work."""

    def __init__(self, name: str, base_url: str):
        self._name, self._base, self._ends = name, base_url.rstrip("/"), None

    def ask(self, method: str, path: str, **request) -> Answer:
        """This function will ask once. Repeating is up to the caller, who knows what may be repeated.

        :param path: from the root of the host; what is put into it must be checked before.
        :raises GatewayUnavailable: for no answer, a redirect, a failure of theirs, or anything that is no JSON object.
        """
        left_s = self._left_s()
        # The environment's proxies and .netrc are not asked: they could send our credential elsewhere.
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.request(
                    method,
                    self._base + path,
                    timeout=(min(CONNECT_S, left_s), min(READ_S, left_s)),
                    allow_redirects=False,
                    stream=True,
                    **request,
                ) as answer:
                    return self._sorted(answer.status_code, self._read(answer))
            except requests.RequestException as error:
                raise GatewayUnavailable(f"{self._name} did not answer: {type(error).__name__}") from error

    def _left_s(self) -> float:
        now = time.monotonic()
        if self._ends is None:
            self._ends = now + WITHIN_S
        if now >= self._ends:
            raise GatewayUnavailable(f"{self._name} takes too long.")
        return self._ends - now

    def _read(self, answer: requests.Response) -> bytes:
        raw = bytearray()
        for piece in answer.iter_content(16 * 1024):
            raw += piece
            if len(raw) > LONGEST_ANSWER_BYTES:
                raise GatewayUnavailable(f"{self._name} answers without end.")
            self._left_s()
        return bytes(raw)

    def _sorted(self, status: int, raw: bytes) -> Answer:
        if not 200 <= status < 500 or 300 <= status < 400 or status == TOO_MANY:
            raise GatewayUnavailable(f"{self._name} answers {status}.")
        try:
            body = json.loads(raw or b"{}")
        except ValueError as error:
            raise GatewayUnavailable(f"{self._name} answers {status} with something that is no JSON.") from error
        if not isinstance(body, dict):
            raise GatewayUnavailable(f"{self._name} answers {status} with something that is no object.")
        return Answer(status, body)
