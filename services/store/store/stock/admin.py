from contextlib import suppress

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from store.admin_site import NothingIsDeleted, RowsToLookAt
from store.holds.operations import lapse_due_holds
from store.stock import operations
from store.stock.filters import DayFilter, ImportFilter, ShelfFilter
from store.stock.forms import ActionWithReason, CopyForm, NewCopiesForm
from store.stock.models import BookItem, CopyState, LedgerLine, Origin
from store.waiting import InProgress


class LedgerOfCopy(RowsToLookAt):
    model = LedgerLine
    verbose_name_plural = "ledger"
    fields = ["at", "from_state", "from_shelf", "to_state", "to_shelf", "reason", "order_number", "actor", "note"]
    readonly_fields = fields
    ordering = ["id"]


@admin.register(BookItem)
class CopyAdmin(NothingIsDeleted, admin.ModelAdmin):
    """Shelf and condition are edited here; the state changes by orders, or by the actions for what a count showed."""

    form = CopyForm
    action_form = ActionWithReason
    list_display = ["barcode", "book", "shelf", "condition", "own_price", "state", "received_at"]
    list_filter = [ImportFilter, ShelfFilter, DayFilter, "state", "condition", "origin"]
    list_select_related = ["book"]
    list_per_page = 50
    search_fields = ["barcode", "book__title", "book__isbn13", "shelf"]
    search_help_text = "Barcode, title, ISBN or shelf"
    ordering = ["-id"]
    autocomplete_fields = ["book"]
    actions = ["print_labels", "note_missing", "note_damaged", "note_written_off", "note_found"]

    def get_form(self, request, obj=None, **kwargs):
        return super().get_form(request, obj, **({"form": NewCopiesForm} | kwargs if obj is None else kwargs))

    def get_fields(self, request, obj=None):
        described = ["shelf", "condition", "condition_note", "own_price"]
        if obj is None:
            return ["book", "number", "barcode", *described]
        return ["book", "barcode", "state", *described, "received_at", "origin", "why"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["book", "barcode", "state", "received_at", "origin", "why"]

    def get_inlines(self, request, obj):
        return [] if obj is None else [LedgerOfCopy]

    def save_model(self, request, copy, form, change):
        who = {"actor": request.user.email, "now": timezone.now()}
        if form.news:
            self.message_user(request, form.news, messages.WARNING)
        if change:
            return self._note_changes(request, copy, who)
        told = (copy.condition_note, copy.own_price)
        barcode = form.cleaned_data["barcode"] or operations.next_barcode()
        first = operations.Delivery(copy.book_id, 1, copy.shelf, copy.condition, barcode, *told)
        others = first._replace(number=form.cleaned_data["number"] - 1, barcode="")
        operations.receive_copies([first, others], origin=Origin.HAND, **who)
        copy.pk = BookItem.objects.get(barcode=barcode).pk
        copy.barcode = barcode

    def _note_changes(self, request, said: BookItem, who: dict) -> None:
        operations.lock_levels([said.book_id])
        (copy,) = operations.lock_copies([said.pk])
        described = {name: getattr(said, name) for name in ("condition", "condition_note", "own_price")}
        try:
            operations.describe_copy(copy, **described, **who)
        except operations.PromisedToOrders as refusal:
            self.message_user(request, f"The condition stays as it was. {refusal}", messages.WARNING)
        if copy.shelf == said.shelf:
            return
        try:
            operations.shelve_copies([copy], said.shelf, **who)
        except operations.IllegalMove as refusal:
            self.message_user(request, f"The shelf stays as it was. {refusal}", messages.WARNING)

    @admin.display(description="why")
    def why(self, copy: BookItem):
        return format_html(
            '<a href="{}">What happened to this copy</a>, <a href="{}">the numbers of its book</a>',
            reverse("shelves:copy", args=[copy.pk]),
            reverse("shelves:book", args=[copy.book_id]),
        )

    @admin.action(description="Print labels of the chosen copies", permissions=["view"])
    def print_labels(self, request, copies):
        from store.labels.views import ask_for_labels  # which stands above the stock

        return ask_for_labels(request, copies.order_by("shelf", "id"))

    @admin.action(description="Note the chosen copies as missing", permissions=["change"])
    def note_missing(self, request, copies):
        self._note(request, copies, CopyState.MISSING)

    @admin.action(description="Note the chosen copies as damaged", permissions=["change"])
    def note_damaged(self, request, copies):
        self._note(request, copies, CopyState.DAMAGED)

    @admin.action(description="Write the chosen copies off", permissions=["change"])
    def note_written_off(self, request, copies):
        self._note(request, copies, CopyState.WRITTEN_OFF)

    @admin.action(description="Put the chosen copies back on the shelf (found, mended)", permissions=["change"])
    def note_found(self, request, copies):
        self._note(request, copies, CopyState.AVAILABLE)

    def _note(self, request, copies, state: CopyState) -> None:
        ids = list(copies.values_list("id", flat=True))
        with suppress(InProgress):  # at worst a lapsed hold still stands in the way
            lapse_due_holds(now=timezone.now())
        try:
            note = request.POST.get("reason", "").replace("\x00", "").strip()[:500]
            number = operations.note_count(ids, state, actor=request.user.email, now=timezone.now(), note=note)
        except operations.NoReason:
            self.message_user(
                request, "Nothing was changed. Write beside the action why they are written off.", messages.ERROR
            )
        except (operations.IllegalMove, operations.PromisedToOrders) as refusal:
            self.message_user(request, f"Nothing was changed. {refusal}", messages.ERROR)
        else:
            self.message_user(request, f"{number} noted as: {state.label}.", messages.SUCCESS)
