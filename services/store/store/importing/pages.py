"""The pages of imports: sending a file in, and one import from its check to its end."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from store.importing import files, operations, queries, telling
from store.importing.forms import ColumnsForm, UploadForm
from store.importing.models import ImportRun, Outcome, RunState
from store.importing.refusal import FileRefused
from store.importing.sources import header_of
from store.labels.forms import MOST_LABELS
from store.spreadsheet import as_csv
from store.staff_pages import rights_on

TABLES = {"left-out": queries.faults_for_a_file, "changes": queries.changes_for_a_file}
TOO_LATE = "The import is no longer where that could be done. This is how it is now."


def upload(model_admin: admin.ModelAdmin, request: HttpRequest, *, handler) -> HttpResponse:
    """This view will show the form for a file; on POST take the file in and lead to its import."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if handler.too_large:
            form.add_error("file", "The file is larger than imports may be. Divide it, or ask for its changes only.")
        elif form.is_valid() and (run := _taken_in(request, form)):
            return HttpResponseRedirect(reverse("admin:importing_importrun_change", args=[run.pk]))
    return _page(model_admin, request, "upload", "Import books", form=form)


def _taken_in(request: HttpRequest, form: UploadForm) -> ImportRun | None:
    said = form.cleaned_data
    try:
        return operations.take_in(
            said["file"],
            name=said["file"].name,
            actor=request.user.email,
            now=timezone.now(),
            currency=said["currency"],
            country=said["country"],
        )
    except FileRefused as error:
        form.add_error("file", str(error))
        return None


def show(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """This view will show the import; on POST have it checked, brought in or stopped."""
    rights_on(request)
    run = _run_of(object_id)
    form = _columns_form(run, request.POST if "_columns" in request.POST else None)
    if request.method == "POST":
        if _acted(request, run, form):
            return HttpResponseRedirect(request.path)
    return _page(model_admin, request, "run", f"Import: {run.name}", **_facts(run), form=form)


def table(request: HttpRequest, object_id: str, name: str) -> StreamingHttpResponse:
    """This view will answer what was left out, or what would change, as a CSV."""
    rights_on(request)
    run = _run_of(object_id)
    answer = StreamingHttpResponse(as_csv(TABLES[name](run)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.pk}-{name}.csv"'
    return answer


def _run_of(object_id: str) -> ImportRun:
    if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
        raise Http404
    run = ImportRun.objects.filter(pk=int(object_id)).first()
    if run is None:
        raise Http404
    return run


def _columns_form(run: ImportRun, data) -> ColumnsForm | None:
    if run.state != RunState.MAPPING:
        return None
    try:
        with files.open_kept(run.file) as file:
            header = header_of(file)
    except FileNotFoundError:
        return None
    return ColumnsForm(data, header=header.cells, sample=header.sample, columns=run.columns, currency=run.currency)


def _acted(request: HttpRequest, run: ImportRun, form: ColumnsForm | None) -> bool:
    """Do what was asked for; answer whether the page is to be shown anew."""
    try:
        if "_columns" in request.POST:
            return _columns_confirmed(run, form)
        if "_approve" in request.POST:
            operations.approve(run, actor=request.user.email)
        elif "_stop" in request.POST:
            operations.stop(run, actor=request.user.email, now=timezone.now())
    except operations.CannotNow:
        messages.warning(request, TOO_LATE)
    return True


def _columns_confirmed(run: ImportRun, form: ColumnsForm | None) -> bool:
    if form is None:
        raise operations.CannotNow
    if not form.is_valid():
        return False
    try:
        operations.confirm_columns(run, form.columns, currency=form.cleaned_data["currency"])
    except operations.WrongColumns as error:
        form.add_error(None, str(error))
        return False
    return True


def _facts(run: ImportRun) -> dict:
    shown = run.state in (RunState.CHECKED, RunState.CHECKING)
    value, most = telling.share_of(run)
    return {
        "run": run,
        "sentence": telling.sentence_of(run),
        "kept_by": telling.what_keeps_it(run, queries.import_before(run), timezone.now()),
        "value": value,
        "most": max(most, 1),
        "changed": queries.changes_of(run) if shown and run.changed else [],
        "new": queries.examples_of(run, Outcome.NEW) if shown and run.new else [],
        "retired": queries.books_to_retire(run) if shown and run.retired else [],
        "faults": run.faults.order_by("record", "id")[: queries.FAULTS_SHOWN] if run.bad else [],
        "about_faults": telling.about_kept_faults(run),
        "labels": _labels_of(run),
    }


def _labels_of(run: ImportRun) -> list[tuple[int, int, int]]:
    """The parts in which labels of its copies are printed: number, first and last copy."""
    if not run.brought_from:
        return []
    firsts = range(1, run.done_copies + 1, MOST_LABELS)
    return [(part, first, min(first + MOST_LABELS - 1, run.done_copies)) for part, first in enumerate(firsts, start=1)]


def _page(model_admin, request: HttpRequest, name: str, title: str, **context) -> HttpResponse:
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "may_change": model_admin.has_change_permission(request),
    }
    return TemplateResponse(request, f"admin/importing/{name}.html", context)
