"""What all doors of the API have in common."""

from collections.abc import Collection
from enum import Enum, auto
from functools import partial
from uuid import UUID

from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.api import conditions, repeating, scopes
from shop.api.problems import closed
from shop.staff import maintenance


class Writes(Enum):
    """How far what a door writes belongs together; `Idempotency-Key` and `If-Match` go by it."""

    IN_ONE = auto()  # all of it is in our database: one transaction, in which nothing remote may happen
    IN_STEPS = auto()  # others take part; a step that must not happen twice goes by `repeat_number`
    OWN_WAY = auto()  # the door has its own rule for repetitions, or none


class Door(APIView):
    """Closed to who shows no good token, unless it says otherwise; nobody keeps its answers, unless it says otherwise.

    A POST that names an Idempotency-Key is done once; what is read has an ETag, and is written only over that one if the
    writer says so (If-Match).

    :ivar repeat_number: for a POST with a key, the same number for each repetition.
    """

    permission_classes = [IsAuthenticated]
    kept = "private, no-store"
    writes = Writes.IN_STEPS
    free_of_scope: Collection[str] = ()  # methods that tell everybody the same, whatever a token is for
    always_open = False  # also while the shop is closed: what staff need to come in
    repeat_number: UUID | None = None

    def check_permissions(self, request) -> None:
        scopes.check(request, self)  # not one of the permissions: those a door may choose for itself
        super().check_permissions(request)

    def initial(self, request, *args, **options):
        super().initial(request, *args, **options)
        if not self.always_open and (closure := maintenance.closure_for(request.user)):
            raise closed(maintenance.wait_s(closure, now=timezone.now()))
        verb = request.method.lower()
        handler = getattr(self, verb, None)
        if handler is None:
            return
        # The library calls next whatever stands under the verb's name: here it is the handler with what is around it.
        if verb == "post" and repeating.HEADER in request.headers and self.writes != Writes.OWN_WAY:
            setattr(self, verb, partial(self._once, handler))
        elif verb in ("put", "patch", "delete") and conditions.HEADER in request.headers:
            setattr(self, verb, partial(self._if_current, handler))

    def _once(self, handler, request, *args, **options) -> Response:
        asked = repeating.Asked.of(request)
        self.repeat_number = asked.number
        do = repeating.in_one if self.writes == Writes.IN_ONE else repeating.in_steps
        return do(asked, partial(handler, request, *args, **options), now=timezone.now())

    def _if_current(self, handler, request, *args, **options) -> Response:
        if not hasattr(self, "get"):  # nothing is read here, so nobody has seen more than that it is there
            if not (conditions.asks_for_any(request) and self.is_there(request, *args, **options)):
                raise conditions.changed()
            return handler(request, *args, **options)
        read, write = partial(self.get, request, *args, **options), partial(handler, request, *args, **options)
        return conditions.write_if_current(request, read, write, in_one=self.writes == Writes.IN_ONE)

    def is_there(self, request, **options) -> bool:
        """Whether there is what the address names; for doors that write it and do not read it."""
        return False

    def finalize_response(self, request, response, *args, **options):
        response = super().finalize_response(request, response, *args, **options)
        response.headers.setdefault("Cache-Control", self.kept)
        response.headers["Vary"] = "Authorization, X-Cart-Token, X-Order-Key"
        if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.streaming:
            return response
        tag = partial(conditions.answer_if_changed, self.request)
        if not isinstance(response, Response):
            return tag(response)
        response.add_post_render_callback(tag)
        return response


class NothingHere(Door):
    """Addresses that are no door: the answer is the same for everybody, and a problem as all others."""

    schema = None
    permission_classes = [AllowAny]
    free_of_scope = (*SAFE_METHODS, *scopes.VERBS)
    writes = Writes.OWN_WAY

    def get(self, request, rest: str = ""):
        raise NotFound

    post = put = patch = delete = get
