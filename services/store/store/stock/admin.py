from contextlib import suppress

from django import forms
from django.contrib import admin, messages
from django.utils import timezone

from store.admin_site import NothingIsDeleted, OnlyToLookAt
from store.holds.operations import lapse_due_holds
from store.stock import operations
from store.stock.models import BookItem, CopyState, LedgerLine, Origin
from store.waiting import InProgress

MOST_AT_ONCE = 500


class NewCopiesForm(forms.ModelForm):
    number = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, initial=1, label="how many")
    barcode = forms.CharField(
        max_length=40,
        required=False,
        help_text="For a single copy that has one. Left empty, the next numbers are taken.",
    )

    class Meta:
        model = BookItem
        fields = ["book", "shelf", "condition"]

    def clean(self):
        barcode = self.cleaned_data.get("barcode")
        if barcode and self.cleaned_data.get("number", 1) > 1:
            self.add_error("barcode", "A barcode is for a single copy; leave it empty for several.")
        if barcode and BookItem.objects.filter(barcode=barcode).exists():
            self.add_error("barcode", "Another copy has this barcode.")
        return super().clean()


class LedgerOfCopy(OnlyToLookAt, admin.TabularInline):
    model = LedgerLine
    verbose_name_plural = "ledger"
    fields = ["at", "from_state", "to_state", "reason", "order_number", "actor", "note"]
    readonly_fields = fields
    ordering = ["id"]
    extra = 0


@admin.register(BookItem)
class CopyAdmin(NothingIsDeleted, admin.ModelAdmin):
    """Shelf and condition are edited here; the state changes by orders, or by the actions for what a count showed."""

    list_display = ["barcode", "book", "shelf", "condition", "state", "received_at"]
    list_filter = ["state", "condition"]
    list_select_related = ["book"]
    list_per_page = 50
    search_fields = ["barcode", "book__title", "book__isbn13", "shelf"]
    search_help_text = "Barcode, title, ISBN or shelf"
    ordering = ["-id"]
    autocomplete_fields = ["book"]
    actions = ["note_missing", "note_damaged", "note_written_off", "note_found"]

    def get_form(self, request, obj=None, **kwargs):
        return super().get_form(request, obj, **({"form": NewCopiesForm} | kwargs if obj is None else kwargs))

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["book", "number", "barcode", "shelf", "condition"]
        return ["book", "barcode", "state", "shelf", "condition", "received_at", "origin"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["book", "barcode", "state", "received_at", "origin"]

    def get_inlines(self, request, obj):
        return [] if obj is None else [LedgerOfCopy]

    def save_model(self, request, copy, form, change):
        if change:
            return super().save_model(request, copy, form, change)
        barcode = form.cleaned_data["barcode"] or operations.next_barcode()
        first = operations.Delivery(copy.book_id, 1, copy.shelf, copy.condition, barcode)
        others = first._replace(number=form.cleaned_data["number"] - 1, barcode="")
        operations.receive_copies([first, others], origin=Origin.HAND, actor=request.user.email, now=timezone.now())
        copy.pk = BookItem.objects.get(barcode=barcode).pk
        copy.barcode = barcode

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
            number = operations.note_count(ids, state, actor=request.user.email, now=timezone.now())
        except (operations.IllegalMove, operations.PromisedToOrders) as refusal:
            self.message_user(request, f"Nothing was changed. {refusal}", messages.ERROR)
        else:
            self.message_user(request, f"{number} noted as: {state.label}.", messages.SUCCESS)
