"""How the list of copies is narrowed down."""

from datetime import date, timedelta

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters

from store.clock import begin_of
from store.importing.models import ImportRun
from store.importing.queries import copies_of
from store.shelves.scanned import number_of

NO_SHELF = "—"  # which no shelf can be called
OF_A_PAGE = ("p", "e")  # parameters of the list that end where another one begins


class TypedFilter(admin.SimpleListFilter):
    """What is typed, where there are too many values for a link each. :cvar kind: of the field in the page."""

    template = "admin/typed_filter.html"
    kind = "text"
    links = ()  # values and their words

    def lookups(self, request, model_admin):
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist):
        """What the form has to send along, and the links beside it."""
        others = [(name, value) for name, values in self.request.GET.lists() for value in values]
        yield {"kept": [(name, value) for name, value in others if name not in (self.parameter_name, *OF_A_PAGE)]}
        for value, said in (("", "All"), *self.links):
            how = {"new_params": {self.parameter_name: value}} if value else {"remove": [self.parameter_name]}
            yield {
                "query_string": changelist.get_query_string(**how),
                "selected": (self.value() or "") == value,
                "display": said,
            }


class ShelfFilter(TypedFilter):
    title = "shelf"
    parameter_name = "shelf__exact"
    links = ((NO_SHELF, "None"),)

    def queryset(self, request, copies):
        if self.value() == NO_SHELF:
            return copies.filter(shelf="")
        return copies.filter(shelf__iexact=self.value().strip()) if self.value() else copies


class DayFilter(TypedFilter):
    """The day on which they came in, by the clocks of the warehouse."""

    title = "day it came"
    parameter_name = "day"
    kind = "date"

    def queryset(self, request, copies):
        if not self.value():
            return copies
        try:
            day = date.fromisoformat(self.value())
            return copies.filter(received_at__gte=begin_of(day), received_at__lt=begin_of(day + timedelta(days=1)))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from None


class ImportFilter(admin.SimpleListFilter):
    """Where an import's own page leads to; it is no choice of the list's."""

    title = "import"
    parameter_name = "import"

    def lookups(self, request, model_admin):
        self.run = None
        if self.parameter_name in request.GET:
            self.run = ImportRun.objects.filter(pk=number_of(request.GET, self.parameter_name)).first()
            if self.run is None:
                raise IncorrectLookupParameters
        return [(str(self.run.pk), self.run.name)] if self.run else []

    def queryset(self, request, copies):
        return copies_of(self.run, copies) if self.run else copies
