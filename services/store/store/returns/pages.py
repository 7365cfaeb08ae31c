"""The pages of returns: one return, and the desk where copies that came back are scanned."""

from collections.abc import Callable, Collection

from django.contrib import admin, messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from store.accounts.roles import DECIDE, TAKE_BACK
from store.orders.bench import GOOD, NOTE, REFUSED, Told
from store.orders.codes import AtDesk, Code, Command, NotACode, read
from store.orders.finding import order_of
from store.orders.models import Order
from store.returns import desk, inspecting, labels, operations, queries, receiving
from store.returns.forms import InspectForm, InsteadForm, RefuseForm
from store.returns.models import IllegalMove, Return, ReturnedCopy, ReturnState
from store.returns.operations import ReturnRefused
from store.shelves.finding import copy_with
from store.staff_pages import rights_on

REFUSALS = (ReturnRefused, IllegalMove, ReturnedCopy.DoesNotExist)


def show(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """This view will show a return; on POST decide on it, or say what became of its copies."""
    rights = rights_on(request)
    found, form = _return_of(object_id), None
    if request.method == "POST":
        button = next((name for name in ACTS if name in request.POST), "")
        if button:
            form = ACTS[button](request, found)
        if form is None:
            return HttpResponseRedirect(request.path)
    return _page(model_admin, request, rights, _return_of(object_id), form)


def receive(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    """This view will show the desk; on POST take in the copy that was scanned, and say what came of it."""
    rights = rights_on(request)
    told, seen, order = None, None, None
    before, code = desk.Before.shown_by(request.POST), None
    found = desk.return_worked_on(before)
    if request.method == "POST":
        if "returned" in request.POST:
            told = _inspected(request)
        elif labelled := labels.return_of(request.POST.get("code", "")):
            return HttpResponseRedirect(reverse("admin:returns_return_change", args=[labelled.pk]))
        elif order := _order_of(request, rights):
            told = Told(NOTE, f"That is order {order.reference}, {order.get_state_display()}.")
        elif (command := _command_of(request)) == AtDesk.TAKE_IN and request.POST.get("unasked"):
            told, seen = _scanned(request, request.POST["unasked"], take=receiving.make_for)
        elif command:
            told, seen, found = _commanded(request, command, before)
        elif code := _book_expected(request, found):
            told = Told(
                NOTE, f"“{desk.line_meant(found, code).line.title}”: scan “missing” or “not ours”, or its copy's label."
            )
        else:
            take = receiving.make_for if "make" in request.POST else receiving.receive
            told, seen = _scanned(request, request.POST.get("code", ""), take=take)
    found = seen.here.line.of if seen and seen.here else found
    context = {
        "title": "Receive returns",
        "told": told,
        "seen": seen,
        "order": order,
        "inside": queries.copies_of(order) if order else [],
        "found": found,
        "meant": desk.line_meant(found, code),
        "to_come": desk.to_come(found) if found else "",
        "form": seen and seen.here and _inspect_form(seen.here),
        "may_decide": DECIDE in rights,
    }
    return TemplateResponse(request, "admin/returns/receive.html", _frame(model_admin, request) | context)


def _order_of(request: HttpRequest, rights: Collection[str]) -> Order | None:
    """The order whose packing slip was scanned, as it may lie in the parcel that came."""
    try:
        code = read(request.POST.get("code", ""))
    except NotACode:
        return None
    return order_of(code, among=Order.objects.seen_with(rights)) if isinstance(code, Code) else None


def _command_of(request: HttpRequest) -> Command | AtDesk | None:
    try:
        code = read(request.POST.get("code", ""))
    except NotACode:
        return None
    return code if isinstance(code, Command | AtDesk) else None


def _commanded(
    request: HttpRequest, command: Command | AtDesk, before: desk.Before
) -> tuple[Told, receiving.Seen | None, Return | None]:
    """Obey, and show again what was refused: the copy that waits, and the return that was worked on."""
    try:
        words, found = desk.obey(command, before, actor=request.user.email, now=timezone.now())
        return Told(GOOD, words), None, found
    except REFUSALS as refusal:
        told = Told(REFUSED, str(refusal))
    waits = ReturnedCopy.objects.filter(pk=before.looking, outcome="").select_related("copy__book").first()
    return told, waits and receiving.look_at(waits.copy), desk.return_worked_on(before)


def _book_expected(request: HttpRequest, found: Return | None) -> Code | None:
    """The code of a book, not of a copy, of which copies are still expected for the return that is worked on."""
    try:
        code = read(request.POST.get("code", ""))
    except NotACode:
        return None
    is_book = isinstance(code, Code) and code.isbn13 and copy_with(code) is None
    return code if is_book and desk.line_meant(found, code) else None


def _scanned(request: HttpRequest, text: str, *, take: Callable) -> tuple[Told, receiving.Seen | None]:
    try:
        code = read(text)
    except NotACode as error:
        return Told(REFUSED, str(error)), None
    copy = copy_with(code) if isinstance(code, Code) else None
    if copy is None:
        is_book = isinstance(code, Code) and code.isbn13
        said = "A book's own code does not say which copy it is: scan the copy's label, or the label of the return."
        return Told(REFUSED, said if is_book else f"“{getattr(code, 'text', code)}” is no copy of ours."), None
    try:
        taken = take(copy_id=copy.id, actor=request.user.email, now=timezone.now())
        found = taken.line.of
        told = Told(GOOD, f"“{copy.book}” came back for return {found.reference} of order {found.order.reference}.")
    except receiving.HereAlready as refusal:
        told = Told(NOTE, str(refusal))
    except ReturnRefused as refusal:
        told = Told(REFUSED, str(refusal))
    copy.refresh_from_db()
    return told, receiving.look_at(copy)


def _inspected(request: HttpRequest) -> Told:
    form = InspectForm(request.POST)
    if not form.is_valid():
        return Told(REFUSED, _first_error(form))
    try:
        return Told(GOOD, _inspect(request, form))
    except REFUSALS as refusal:
        return Told(REFUSED, str(refusal))


def _inspect(request: HttpRequest, form: InspectForm) -> str:
    said = form.cleaned_data
    facts = {name: said[name] for name in ("outcome", "refund", "note")}
    looked = inspecting.inspect(returned_id=said["returned"], actor=request.user.email, now=timezone.now(), **facts)
    return desk.words_of(looked)


def _approve(request: HttpRequest, found: Return) -> Form | None:
    _try(request, operations.approve, f"Return {found} is approved.", return_id=found.pk)


def _refuse(request: HttpRequest, found: Return) -> Form | None:
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return form
    _try(request, operations.refuse, f"Return {found} is refused.", return_id=found.pk, **form.cleaned_data)


def _on_the_way(request: HttpRequest, found: Return) -> Form | None:
    _try(request, operations.note_on_the_way, f"Return {found} is on its way.", return_id=found.pk)


def _instead(request: HttpRequest, found: Return) -> Form | None:
    form = InsteadForm(request.POST)
    if not form.is_valid():
        return form
    told = {"return_id": found.pk, **{name: form.cleaned_data[name] for name in ("line", "expected")}, **form.noted}
    _try(request, inspecting.note_instead, "It is noted.", **told)


def _look(request: HttpRequest, found: Return) -> Form | None:
    form = InspectForm(request.POST)
    if not form.is_valid():
        return form
    try:
        messages.success(request, _inspect(request, form))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))


ACTS: dict[str, Callable[[HttpRequest, Return], Form | None]] = {
    "_approve": _approve,
    "_refuse": _refuse,
    "_on_the_way": _on_the_way,
    "_instead": _instead,
    "_look": _look,
}


def _try(request: HttpRequest, act: Callable, done: str, **what) -> None:
    try:
        act(actor=request.user.email, now=timezone.now(), **what)
        messages.success(request, done)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))


def _return_of(object_id: str) -> Return:
    if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
        raise Http404
    found = Return.objects.select_related("order").filter(pk=int(object_id)).first()
    if found is None:
        raise Http404
    return found


def _inspect_form(here: ReturnedCopy, refused: Form | None = None) -> InspectForm:
    if isinstance(refused, InspectForm) and refused.data.get("returned") == str(here.pk):
        return refused
    return InspectForm(initial={"returned": here.pk}, auto_id=f"copy_{here.pk}_%s")


def _first_error(form: Form) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


def _page(
    model_admin, request: HttpRequest, rights: Collection[str], found: Return, refused: Form | None
) -> HttpResponse:
    lines = queries.lines_with_copies(found)
    for line in lines:
        for here in line.here:
            here.form = None if here.outcome else _inspect_form(here, refused)
        initial = {"line": line.line.line, "number": line.expected, "expected": line.expected}
        line.form = InsteadForm(initial=initial, auto_id=f"line_{line.pk}_%s") if line.expected > 0 else None
    context = {
        "title": f"Return {found.reference}",
        "opts": model_admin.opts,
        "found": found,
        "lines": lines,
        "errors": [str(error) for errors in refused.errors.values() for error in errors] if refused else [],
        "refuse": refused if isinstance(refused, RefuseForm) else RefuseForm(),
        "is_asked": found.state == ReturnState.ASKED,
        "is_approved": found.state == ReturnState.APPROVED,
        "may_change": TAKE_BACK in rights,
        "meant": desk.line_meant(found),
        "waits": any(line.waiting for line in lines),
        "may_decide": DECIDE in rights,
        "events": found.events.order_by("version"),
    }
    return TemplateResponse(request, "admin/returns/return.html", _frame(model_admin, request) | context)


def _frame(model_admin: admin.ModelAdmin, request: HttpRequest) -> dict:
    return {**model_admin.admin_site.each_context(request), "is_nav_sidebar_enabled": False}
