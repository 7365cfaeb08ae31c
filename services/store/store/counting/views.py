"""Counting a shelf: scan it, then all copies on it, then look at what is missing and what is too much."""

from collections.abc import Collection

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from store.accounts.roles import COUNT
from store.counting import operations, tasks
from store.counting.comparing import compare
from store.counting.forms import SettleForm, StartForm
from store.counting.models import CountedCopy, CountState, Outcome, ShelfCount
from store.orders.bench import GOOD, NOTE, REFUSED, Told
from store.shelves import codes
from store.shelves.finding import Refused, shelf_or_code
from store.staff_pages import frame, staff_page

COUNTS_A_PAGE = 50
COPIES_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def show_counts(request: HttpRequest, rights: Collection[str]) -> HttpResponse:
    """This view will list the counts, the open ones first; on POST begin one, or settle a task that no shelf is known for."""
    if "task" in request.POST:
        return _settle(request)
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        count = operations.start(**form.cleaned_data, actor=request.user.email, now=timezone.now())
        if form.news:
            messages.warning(request, form.news)
        return HttpResponseRedirect(reverse("counting:count", args=[count.pk]))
    counts = ShelfCount.objects.order_by("-state", "-pk")  # "posted" and "open" before "dropped"
    context = {
        "title": "Counts",
        "form": form,
        "action": request.path,
        "tasks": tasks.open_tasks(),
        "open": ShelfCount.objects.filter(state=CountState.OPEN).order_by("pk"),
        "page": Paginator(counts.exclude(state=CountState.OPEN), COUNTS_A_PAGE).get_page(request.GET.get("page")),
        "may_count": COUNT in rights,
    }
    return TemplateResponse(request, "admin/counting/counts.html", frame() | context)


def _settle(request: HttpRequest) -> HttpResponse:
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was noted. Write what became of the copy.")
    elif tasks.settle(
        task_id=form.cleaned_data["task"], note=form.cleaned_data["note"], actor=request.user.email, now=timezone.now()
    ):
        messages.success(request, "It is noted, and no longer to be counted.")
    else:
        messages.info(request, "It was settled before.")
    return HttpResponseRedirect(request.path)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def show_count(request: HttpRequest, rights: Collection[str], count_id: int) -> HttpResponse:
    """This view will show one count; on POST do what was scanned or pressed."""
    told = None
    if request.method == "POST":
        try:
            told = _acted(request, count_id)
        except ShelfCount.DoesNotExist:
            raise Http404 from None
        except operations.CountedAlready as refusal:
            told = Told(NOTE, str(refusal))
        except (codes.NotACode, Refused) as refusal:
            told = Told(REFUSED, str(refusal))
        if told is None:
            return HttpResponseRedirect(request.path)
    return _page(request, rights, count_id, told)


def _acted(request: HttpRequest, count_id: int) -> Told | None:
    """Do it; answer what to say, or nothing if the page is to be read anew."""
    form, who = request.POST, {"actor": request.user.email, "now": timezone.now()}
    if "post" in form:
        operations.post(count_id=count_id, **who)
        messages.success(request, "The count is posted: the ledger says what it showed.")
    elif "show" in form:
        operations.show(count_id=count_id)
    elif "drop" in form:
        operations.drop(count_id=count_id, **who)
    elif (copy := form.get("take_out", "")).isascii() and copy.isdigit() and len(copy) < 19:
        operations.take_out(count_id=count_id, copy_id=int(copy))
        return Told(GOOD, "It is taken out of the count.")
    else:
        return Told(GOOD, operations.scan(count_id=count_id, code=_copy_code(form.get("code", ""))))
    return None


def _copy_code(scanned: str) -> codes.Code:
    code = shelf_or_code(scanned, wanted="a copy")
    if isinstance(code, codes.Shelf):
        raise Refused("That is a shelf. To count another one, begin another count; this one stays open.")
    return code


def _page(request: HttpRequest, rights: Collection[str], count_id: int, told: Told | None) -> HttpResponse:
    count = ShelfCount.objects.filter(pk=count_id).first()
    if count is None:
        raise Http404
    shown = {} if count.shown or not count.is_open else {"number": CountedCopy.objects.filter(count=count).count()}
    if count.is_open and count.shown:
        shown = _as_it_would_be(count)
    elif not count.is_open:
        shown = {"outcomes": _outcomes(count)}
    context = {"title": f"Shelf {count.shelf}", "count": count, "told": told, "may_count": COUNT in rights}
    return TemplateResponse(request, "admin/counting/count.html", frame() | context | shown)


def _as_it_would_be(count: ShelfCount) -> dict:
    sheet = compare(count)
    piles = [
        ("Not found yet", sheet.missing, False),
        ("Of another shelf: will be noted as standing here", sheet.moved, True),
        ("Missing until now: will be noted as found", sheet.found, True),
        ("Should not be here: stay as they are", sheet.odd, True),
        ("Where they should be", sheet.here, True),
    ]
    counted = sum(len(pile) for _, pile, is_counted in piles if is_counted)
    return {
        "number": counted,
        "expected": len(sheet.here) + len(sheet.missing),
        "lacking": len(sheet.missing),
        "piles": [(name, len(pile), pile[:COPIES_SHOWN], is_counted) for name, pile, is_counted in piles if pile],
    }


def _outcomes(count: ShelfCount) -> list[tuple]:
    counted = CountedCopy.objects.filter(count=count).exclude(outcome="").select_related("copy__book").order_by("pk")
    by_outcome: dict[str, list[CountedCopy]] = {}
    for one in counted:
        by_outcome.setdefault(one.outcome, []).append(one)
    order = (Outcome.MISSING, Outcome.LEFT, Outcome.FOUND, Outcome.MOVED, Outcome.HERE)
    found = [(outcome.label.capitalize(), by_outcome.get(outcome, [])) for outcome in order]
    return [(label, len(copies), copies[:COPIES_SHOWN]) for label, copies in found if copies]
