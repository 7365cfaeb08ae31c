"""Doors for whole files of books, and for what has come of each."""

import re

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from store.api.paging import LARGEST_ID, number_from
from store.api.permissions import ScopeOrStaff
from store.api.problems import Problem
from store.api.schema import number
from store.api.shapes import ImportShape, ImportsShape, WatchedImportShape
from store.api.writing import WRITES, actor_of, key_of, key_used
from store.importing import telling
from store.importing.models import MOST_FAULTS_KEPT, ImportRun
from store.importing.refusal import FileRefused
from store.importing.rows import FIELDS
from store.importing.sent import KeyUsed, Sent, send_in

MOST_FAULTS, USUAL_FAULTS = 1_000, 100
MOST_JOBS, USUAL_JOBS = 100, 24


OPTIONS = [
    OpenApiParameter("name", str, description="What the file is called."),
    OpenApiParameter("dry_run", str, enum=["1", "0"], description="1: check it, and bring nothing in."),
    OpenApiParameter("currency", str, description="Of prices where the file does not say; usually EUR."),
    OpenApiParameter("country", str, description="ONIX: where we sell, such as DE."),
    OpenApiParameter(
        "column",
        str,
        many=True,
        description="CSV: what the file calls a column and what we do, such as EAN-Code:isbn13; Notes: leaves it out. "
        f"Columns that are not named are guessed. Ours are {', '.join(FIELDS)}.",
    ),
]
PART_OF_FAULTS = [
    number("offset", least=0, most=MOST_FAULTS_KEPT, usual=0, words="So many faults are passed over."),
    number("limit", least=1, most=MOST_FAULTS, usual=USUAL_FAULTS, words="Faults to tell of."),
]
PART_OF_JOBS = [
    OpenApiParameter("sent_by", str, description="Whose alone, as X-Actor named them."),
    number("offset", least=0, most=LARGEST_ID, usual=0, words="So many files are passed over."),
    number("limit", least=1, most=MOST_JOBS, usual=USUAL_JOBS, words="Files to tell of."),
]


class FileItself(BaseParser):
    """The body is the file. It is read when it is kept, piece by piece."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return stream


class WholeBody:
    """A body that must not end before its length: a file of which a part is missing may look like a whole one."""

    def __init__(self, stream, length: int):
        self._stream, self._left = stream, length

    def read(self, size: int = -1) -> bytes:
        raw = self._stream.read(size)
        self._left -= len(raw)
        if not raw and self._left > 0:
            raise Problem(400, "cut-off", "A part is missing", "The file ended too early. Send it again.")
        return raw


class Imports(APIView):
    permission_classes = [ScopeOrStaff]
    parser_classes = [FileItself]

    @extend_schema(operation_id="imports_list", parameters=PART_OF_JOBS, responses=ImportsShape)
    def get(self, request):
        """List the caller's files, the newest first."""
        runs = ImportRun.objects.filter(client=request.auth.name)
        if "sent_by" in request.query_params:
            runs = runs.filter(uploaded_by=request.query_params["sent_by"].replace("\0", ""))
        after = number_from(request, "offset", least=0, most=LARGEST_ID, default=0)
        limit = number_from(request, "limit", least=1, most=MOST_JOBS, default=USUAL_JOBS)
        found = runs.order_by("-id")[after : after + limit]
        return Response({"count": runs.count(), "results": [_as_told(run) for run in found]})

    @extend_schema(
        operation_id="imports_send",
        parameters=[*WRITES, *OPTIONS],
        request={"text/csv": OpenApiTypes.BINARY, "application/xml": OpenApiTypes.BINARY},
        responses={200: ImportShape, 201: ImportShape},
    )
    def post(self, request):
        """Send a file of books in. It is checked, and then brought in unless it is a dry run, by the worker for imports."""
        sent = _said_of(request)
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > settings.LARGEST_IMPORT_BYTES:
            raise Problem(413, "too-large", "The file is too large", "Divide it, and send each part.")
        if not length:
            raise ValidationError({"file": ["The file is empty."]})
        try:
            run, new = send_in(WholeBody(request.data, length), sent, now=timezone.now())
        except FileRefused as error:
            raise ValidationError({"file": [str(error)]}) from None
        except KeyUsed:
            raise key_used() from None
        headers = None if new else {"Idempotency-Replayed": "true"}
        return Response(_as_told(run), status=201 if new else 200, headers=headers)


class OneImport(APIView):
    permission_classes = [ScopeOrStaff]

    @extend_schema(operation_id="imports_read", parameters=PART_OF_FAULTS, responses=WatchedImportShape)
    def get(self, request, run_id: int):
        """See what has come of the caller's file so far, with a part of what was left out of it."""
        run = ImportRun.objects.filter(client=request.auth.name, pk=min(run_id, LARGEST_ID)).first()
        if run is None:
            raise Http404
        after = number_from(request, "offset", least=0, most=MOST_FAULTS_KEPT, default=0)
        limit = number_from(request, "limit", least=1, most=MOST_FAULTS, default=USUAL_FAULTS)
        faults = run.faults.order_by("record", "id").values("record", "reference", "reason", "column")
        return Response(_as_told(run) | {"faults": list(faults[after : after + limit])})


def _said_of(request: Request) -> Sent:
    """:raises ValidationError: naming the parameter."""
    said = request.query_params
    name = said.get("name", "").replace("\0", "").strip() or "sent in"
    currency, country, dry_run = said.get("currency", "EUR"), said.get("country", ""), said.get("dry_run", "0")
    wrong = {}
    if not re.fullmatch("[A-Z]{3}", currency):
        wrong["currency"] = ["Write three capitals such as EUR."]
    if not re.fullmatch("[A-Z]{2}|", country):
        wrong["country"] = ["Write two capitals such as DE, or nothing."]
    if dry_run not in ("0", "1"):
        wrong["dry_run"] = ["Write 1 or 0."]
    columns = tuple((name.strip(), ours.strip()) for name, _, ours in map(_pair, said.getlist("column")))
    if unknown := next((ours for _, ours in columns if ours and ours not in FIELDS), None):
        wrong["column"] = [f"We have no column {unknown[:40]!r}; ours are {', '.join(FIELDS)}."]
    if wrong:
        raise ValidationError(wrong)
    actor, key = actor_of(request), key_of(request)
    return Sent(request.auth.name, key, actor, name, dry_run == "1", currency, country, columns)


def _pair(text: str) -> tuple[str, str, str]:
    """A column's name in the file may hold a colon itself."""
    return text.replace("\0", "").rpartition(":")


def _as_told(run: ImportRun) -> dict:
    done, of = telling.share_of(run)
    return {
        "id": run.pk,
        "name": run.name,
        "format": run.format,
        "columns": [{"name": name, "field": ours or None} for name, ours in zip(run.header, run.columns)],
        "dry_run": run.is_dry_run,
        "state": run.state,
        "ended": run.is_ended,
        "sentence": telling.sentence_of(run),
        "sent_by": run.uploaded_by,
        "sent_at": _moment(run.uploaded_at),
        "ended_at": _moment(run.ended_at) if run.ended_at else None,
        "progress": {"done": done, "of": of},
        "records": run.records,
        "found": {name: getattr(run, name) for name in ("new", "changed", "retired", "unchanged", "copies")},
        "brought_in": {name: getattr(run, f"done_{name}") for name in ("new", "changed", "retired", "copies")},
        "left_out": run.bad,
        "faults_kept": min(run.bad, MOST_FAULTS_KEPT),
    }


def _moment(at) -> str:
    return at.isoformat().replace("+00:00", "Z")
