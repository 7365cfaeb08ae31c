"""`Idempotency-Key`: who sends the same POST again, because the answer was lost, gets the same answer and no second effect.

Answers are kept sealed: only who knows the key can open them, so that the database tells nobody's tokens.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from allauth.account.adapter import get_adapter
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from shop.accounts.models import User
from shop.api import transactions
from shop.api.models import KeptAnswer
from shop.api.problems import Problem, missing
from shop.networks import network_of
from shop.sealing import seal, unseal

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
SHORTEST_KEY, LONGEST_KEY = 16, 200
KEPT_FOR = timedelta(hours=24)
# How long what is done in steps may take; a repetition that comes after a crash goes on from then.
LEASE = timedelta(minutes=1)
HEADERS = ("Location", "X-Cart-Token")  # that belong to the answer
SHOWN = ("X-Cart-Token", "X-Order-Key")  # by which guests are known


@dataclass(frozen=True)
class Asked:
    """A request with a key.

    :ivar mark: follows from who asks and the key; it tells neither.
    :ivar fingerprint: see fingerprint_of().
    :ivar purpose: of the seal on the answer; it holds the key.
    """

    mark: str
    fingerprint: str
    user: User | None
    purpose: bytes = field(repr=False)

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """:raises Problem: 400, for a key that is too short or too long."""
        key = fitting(request.headers[HEADER])
        secret = f"{_who(request)}\n{key}"
        mark = salted_hmac("shop.api.repeating", secret, algorithm="sha256").hexdigest()
        purpose = b"kept answers\n" + secret.encode("utf-8", "surrogateescape")
        user = request.user if request.user.is_authenticated else None
        return cls(mark, fingerprint_of(request), user, purpose)

    @property
    def number(self) -> UUID:
        """The same for each repetition: what a step at another service can be known by."""
        return UUID(bytes=bytes.fromhex(self.mark)[:16], version=4)


def key_of(request: Request) -> str:
    """The key of a request; empty without the header. An empty one is none that was chosen.

    :raises Problem: 400, for a key that is too short or too long.
    """
    return fitting(request.headers[HEADER]) if HEADER in request.headers else ""


def fitting(key: str) -> str:
    """:raises Problem: 400, for a key that is too short or too long."""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise missing((HEADER, f"Choose {SHORTEST_KEY} to {LONGEST_KEY} characters, such as a UUID."))
    return key


def number_for(request: Request, what: str) -> UUID:
    """For doors that hand the key on to who does it once: the same number for each repetition, a new one without a key.

    :param what: is done, so that one key may be used for different things.
    :raises Problem: 400, for a key that is too short or too long.
    """
    if not (key := key_of(request)):
        return uuid4()
    said = f"{what}\nuser {request.user.pk}\n{key}"
    mark = salted_hmac("shop.api.repeating.number_for", said, algorithm="sha256")
    return UUID(bytes=mark.digest()[:16], version=4)


def described(words: str) -> OpenApiParameter:
    """The header, for the description."""
    shape = {"type": "string", "minLength": SHORTEST_KEY, "maxLength": LONGEST_KEY}
    return OpenApiParameter(HEADER, shape, OpenApiParameter.HEADER, description=words)


def in_one(asked: Asked, handler: Callable[[], Response], *, now: datetime) -> Response:
    """This function will answer once what is all in our database: key, effect and answer are one transaction.

    :raises Problem: 409 while the same is being done, 422 if the key came with something else before.
    """

    def do() -> Response:
        if kept := _kept(asked, now=now):
            return _open(asked, kept)
        answer = handler()
        _keep(asked, answer, now=now)
        return answer

    return transactions.in_one(do)


def in_steps(asked: Asked, handler: Callable[[], Response], *, now: datetime) -> Response:
    """This function will answer once what others take part in. The key is claimed first, and the answer kept at the end.

    A crash in between leaves the claim: it lapses after LEASE, and the repetition does the steps again. So a step that must
    not happen twice goes by `Door.repeat_number`, which is the same then.

    :raises Problem: see in_one().
    """
    with transaction.atomic(durable=True):
        if kept := _kept(asked, now=now):
            return _open(asked, kept)
        _write(asked, until=now + LEASE)
    try:
        answer = handler()
    except transactions.REFUSALS:
        KeptAnswer.objects.filter(pk=asked.mark, status=None).delete()  # nothing was done: the key is free again
        raise
    _keep(asked, answer, now=now)
    return answer


def tidy(now: datetime) -> int:
    """This function will forget answers that are over; how many there were."""
    return KeptAnswer.objects.filter(ends_at__lte=now).delete()[0]


def _kept(asked: Asked, *, now: datetime) -> KeptAnswer | None:
    """Step: be the only one with this key until the transaction ends, and find what was answered to it.

    The row is read after the lock was taken, by a statement of its own: it sees what the last holder wrote.

    :raises Problem: 409, 422
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int(asked.mark[:16], 16) - 2**63])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise in_progress()
    kept = KeptAnswer.objects.filter(pk=asked.mark).first()
    if kept is None or (kept.ends_at <= now and kept.status):
        return None
    if kept.fingerprint != asked.fingerprint:
        raise key_used()
    if kept.status is None:
        if kept.ends_at > now:
            raise in_progress()
        return None
    return kept


def key_used(**members) -> Problem:
    detail = f"This {HEADER} came with something else before. Use a new key for a new request."
    return Problem(422, "key-reused", "The key is used", detail, **members)


def in_progress() -> Problem:
    detail = "A request with this key is being worked on. Send it again in a moment for its answer."
    return Problem(409, "in-progress", "Not finished yet", detail, retry_after_s=1)


def _keep(asked: Asked, answer: Response, *, now: datetime) -> None:
    """Step: refusals are not kept: they did nothing, and the next try may be luckier."""
    if answer.status_code >= 400:
        KeptAnswer.objects.filter(pk=asked.mark, status=None).delete()
        return
    headers = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
    said = json.dumps({"data": answer.data, "headers": headers}, default=str)
    _write(asked, until=now + KEPT_FOR, status=answer.status_code, sealed=seal(said, purpose=asked.purpose))


def _write(asked: Asked, *, until: datetime, **fields) -> None:
    row = KeptAnswer(mark=asked.mark, fingerprint=asked.fingerprint, user=asked.user, ends_at=until, **fields)
    changed = ["fingerprint", "user", "ends_at", "status", "sealed"]
    KeptAnswer.objects.bulk_create([row], update_conflicts=True, unique_fields=["mark"], update_fields=changed)


def _open(asked: Asked, kept: KeptAnswer) -> Response:
    said = json.loads(unseal(kept.sealed, purpose=asked.purpose))
    return Response(said["data"], status=kept.status, headers={**said["headers"], REPLAYED: "true"})


def _who(request: Request) -> str:
    """A key is the own one of each person, each guest's cart or order, or each network of guests who have neither yet."""
    if request.user.is_authenticated:
        return f"user {request.user.pk}"
    shown = [request.headers.get(name, "") for name in SHOWN]
    if any(shown):
        return f"guest {shown}"
    return f"network {network_of(get_adapter().get_client_ip(request), v4_prefix=32)}"


def fingerprint_of(request: Request) -> str:
    """Of what is asked: method, address and body, whatever the order and spacing of its fields."""
    said = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogateescape"))
    if not isinstance(request.data, MultiValueDict):
        try:
            said.update(json.dumps(request.data, sort_keys=True).encode())
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        return said.hexdigest()
    for name, values in sorted(request.data.lists()):
        for value in values:
            said.update(f"\n{name}=".encode())
            if isinstance(value, UploadedFile):
                for chunk in value.chunks():
                    said.update(chunk)
                value.seek(0)
            else:
                said.update(str(value).encode())
    return said.hexdigest()
