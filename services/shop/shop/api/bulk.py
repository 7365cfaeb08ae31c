"""Doors to whole files of products: staff send one in, the store works on it in the background, and a job tells how far it is."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from shop.accounts.models import User
from shop.api import paging
from shop.api.at_the_store import asking
from shop.api.door import Door, Writes
from shop.api.permissions import ForStaff
from shop.api.problems import Problem, missing
from shop.api.product_writes import LOCATION, REPEAT
from shop.api.repeating import number_for
from shop.pages.addresses import absolute
from shop.staff.roles import OWNERS, WRITE_BOOKS
from store_client import ImportJob, Writer

LARGEST_FILE_BYTES = 10 * 1024 * 1024  # what the proxy in front lets through; the store's own page takes larger ones
SENDING_WITHIN_S = 60.0
STATES = [(state, state) for state in ("checking", "applying", "done", "stopped", "refused", "discarded")]
PARAMETERS = [
    REPEAT,
    LOCATION,
    OpenApiParameter("name", str, description="What you call the file."),
    OpenApiParameter("dry_run", str, enum=["1", "0"], description="1: check it, and tell what would be."),
    OpenApiParameter("currency", str, description="Of prices where the file does not say; usually EUR."),
    OpenApiParameter("country", str, description="ONIX: where you sell, such as DE, if prices differ by country."),
    OpenApiParameter(
        "column",
        str,
        many=True,
        description="CSV: what the file calls a column and what we do, such as EAN-Code:isbn13; Notes: leaves it out. "
        "Columns that are not named are guessed from their names; the answer shows what each was taken for.",
    ),
]


class FileItself(BaseParser):
    """The body is the file, whatever kind it is said to be; it goes on to the store as it is read."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return stream


class RowErrorShape(serializers.Serializer):
    row = serializers.IntegerField(source="record", help_text="CSV: the number of the line; ONIX: of the record.")
    reference = serializers.CharField(help_text="The ISBN as it is written there, or the record's reference.")
    field = serializers.CharField(
        source="column",
        allow_null=True,
        help_text="The one of ours that is to blame; null if it is the row as a whole.",
    )
    message = serializers.CharField(source="reason")


class ColumnShape(serializers.Serializer):
    name = serializers.CharField(help_text="As the file calls it.")
    field = serializers.CharField(allow_null=True, help_text="As we do; null: it was not understood, and is left out.")


class ProgressShape(serializers.Serializer):
    done = serializers.IntegerField()
    of = serializers.IntegerField()


class FoundShape(serializers.Serializer):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    retired = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    copies = serializers.IntegerField()


class BroughtInShape(serializers.Serializer):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    retired = serializers.IntegerField()
    copies = serializers.IntegerField()


class JobShape(serializers.Serializer):
    id = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    name = serializers.CharField()
    format = serializers.ChoiceField(["csv", "onix"])
    columns = ColumnShape(many=True, help_text="Of a CSV: what each was taken for.")
    not_understood = serializers.SerializerMethodField()
    dry_run = serializers.BooleanField()
    state = serializers.ChoiceField(STATES)
    ended = serializers.BooleanField(help_text="Nothing more will come of it.")
    sentence = serializers.CharField(help_text="How it is, in words.")
    sent_by = serializers.CharField()
    sent_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    progress = ProgressShape(help_text="Of the check, in bytes, which is all of a dry run; then in rows to bring in.")
    records = serializers.IntegerField(help_text="Rows that were read.")
    found = FoundShape(help_text="What the check found.")
    brought_in = BroughtInShape()
    left_out = serializers.IntegerField(help_text="Rows with errors.")
    errors_kept = serializers.IntegerField(source="faults_kept")

    def get_url(self, job: ImportJob) -> str:
        """Where to look how it goes on."""
        return _address(job)

    def get_not_understood(self, job: ImportJob) -> list[str]:
        """Columns that are left out; say by ?column= what they are."""
        return [column.name for column in job.columns if column.field is None]


class WatchedJobShape(JobShape):
    errors = paging.page_of(RowErrorShape)


class Bulk(Door):
    permission_classes = [ForStaff]
    rights = dict.fromkeys(("GET", "POST"), (WRITE_BOOKS,))
    parser_classes = [FileItself]
    writes = Writes.OWN_WAY  # the store knows the key; the body is a file that is read once

    @extend_schema(operation_id="products_bulk_jobs", parameters=paging.PARAMETERS, responses=paging.page_of(JobShape))
    def get(self, request):
        """For staff: list the files that you have sent in, the newest first. Owners see those of all."""
        number, size = paging.page_and_size(request)
        whose = None if _sees_all(request.user) else request.user.email
        with asking() as store:
            count, jobs = store.import_jobs(sent_by=whose, offset=(number - 1) * size, limit=size)
        pages = max(1, -(-count // size))
        if number > pages:
            raise NotFound
        return paging.answer(request, JobShape(jobs, many=True).data, count=count, number=number, pages=pages)

    @extend_schema(
        operation_id="products_bulk",
        parameters=PARAMETERS,
        request={"text/csv": OpenApiTypes.BINARY, "application/xml": OpenApiTypes.BINARY},
        responses={202: JobShape},
    )
    def post(self, request):
        """For staff: send in a CSV or ONIX file as the body. Good rows are brought in, the others told by their number."""
        size = _size_of(request)
        said = request.query_params
        dry_run = said.get("dry_run", "0")
        if dry_run not in ("0", "1"):
            raise missing(("dry_run", "Write 1 or 0."))
        options = {"currency": said.get("currency", "EUR"), "country": said.get("country", "")}
        options["columns"] = said.getlist("column")
        writer = Writer(actor=request.user.email, key=number_for(request, "products in bulk"))
        with asking(within_s=SENDING_WITHIN_S) as store:
            job = store.send_books(
                request.data, size, writer, name=said.get("name", "")[:200], dry_run=dry_run == "1", **options
            )
        return Response(JobShape(job).data, status=202, headers={"Location": _address(job)})


class BulkJob(Door):
    permission_classes = [ForStaff]
    rights = {"GET": (WRITE_BOOKS,)}

    @extend_schema(operation_id="products_bulk_job", parameters=paging.PARAMETERS, responses=WatchedJobShape)
    def get(self, request, job_id: int):
        """For staff: see how far a file is, and a page of its rows that were left out."""
        number, size = paging.page_and_size(request)
        with asking() as store:
            job = store.import_job(job_id, offset=min((number - 1) * size, 10_000), limit=size)
        if job.sent_by != request.user.email and not _sees_all(request.user):
            raise NotFound
        pages = max(1, -(-job.faults_kept // size))
        if number > pages:
            raise NotFound
        rows = RowErrorShape(job.faults, many=True).data
        page = paging.answer(request, rows, count=job.faults_kept, number=number, pages=pages)
        return Response(JobShape(job).data | {"errors": page.data})


def _sees_all(user: User) -> bool:
    return user.is_superuser or user.groups.filter(name=OWNERS).exists()


def _size_of(request) -> int:
    """:raises Problem: for a body that cannot be handed on."""
    kind, length = request.content_type or "", request.META.get("CONTENT_LENGTH") or ""
    if kind.startswith("multipart/"):
        detail = "Send the file itself as the body, such as with curl --data-binary @books.csv."
        raise Problem(415, "unsupported-media-type", "Not a form", detail)
    size = int(length) if length.isascii() and length.isdigit() else 0
    if not size:
        raise missing(("file", "Send the file as the body, and its length as Content-Length."))
    if size > LARGEST_FILE_BYTES:
        most = LARGEST_FILE_BYTES // 1024**2
        detail = f"Send at most {most} MB: divide the file, or import it on the store's own page, which takes 1 GB."
        raise Problem(413, "too-large", "The file is too large", detail)
    return size


def _address(job: ImportJob) -> str:
    return absolute(f"/api/products/bulk/{job.id}/")
