from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import F
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from store.admin_site import NothingIsDeleted
from store.catalogue import covers
from store.catalogue.contributor_rows import ContributorsField
from store.catalogue.contributors import in_words
from store.catalogue.models import FOR_NOTHING, Book, Category, SentPicture
from store.catalogue.pictures import NotAPicture, look_at
from store.clock import by_clock
from store.ringing import ring_after_commit
from store.spreadsheet import as_csv
from store.stock import bands
from worker_bell import Topic


class LinesField(forms.CharField):
    """A list of names, one a line: names may hold commas."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def has_changed(self, initial, data) -> bool:
        return (initial or []) != self.to_python(data)


class BookForm(forms.ModelForm):
    authors = LinesField(required=False, help_text="One a line, in the title page's order.")
    others = ContributorsField(
        required=False,
        label="Others who made it",
        help_text="In the order of their places. A row without a name is left out; saving brings new empty rows.",
    )
    new_picture = forms.FileField(
        required=False,
        label="picture",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=f"JPEG, PNG, WebP or GIF, up to {settings.LARGEST_UPLOAD_BYTES // 2**20} MB. "
        "It is made ready after saving, which takes seconds.",
    )

    class Meta:
        model = Book
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("others", self.instance.contributors)

    def clean_authors(self):
        authors = self.cleaned_data["authors"]
        if any(len(author) > 200 for author in authors):
            raise forms.ValidationError("An author's name has at most 200 characters.")
        return authors

    def clean_price(self):
        price = self.cleaned_data["price"]
        if price == 0:
            raise forms.ValidationError(FOR_NOTHING)
        return price

    def clean_new_picture(self):
        upload = self.cleaned_data["new_picture"]
        if not upload:
            return None
        if upload.size > settings.LARGEST_UPLOAD_BYTES:
            raise forms.ValidationError("The picture's file is too large.")
        try:
            look_at(upload)
        except NotAPicture as error:
            raise forms.ValidationError(str(error)) from None
        return upload


class StockFilter(admin.SimpleListFilter):
    title = "free copies"
    parameter_name = "stock"

    def lookups(self, request, model_admin):
        return [("none", "none"), *((band.value, bands.in_words(band)) for band in bands.Band)]

    def queryset(self, request, books):
        if self.value() == "none":
            return books.filter(free=0)
        return books.filter(bands.in_band(bands.Band(self.value()))) if self.value() in bands.Band else books


class SalesFilter(admin.SimpleListFilter):
    title = "sales"
    parameter_name = "sales"

    def lookups(self, request, model_admin):
        return [("dead", f"dead stock: none for {settings.DEAD_STOCK_DAYS} days")]

    def queryset(self, request, books):
        return bands.that_lie_dead(books, now=timezone.now()) if self.value() == "dead" else books


@admin.register(Book)
class BookAdmin(NothingIsDeleted, admin.ModelAdmin):
    form = BookForm
    list_display = [
        "title", "cover", "written_by", "free", "band", "on_shelf", "reserved", "last_sold", "price_shown", "isbn13", "retired",
    ]  # fmt: skip
    list_filter = [StockFilter, SalesFilter, "format", "retired"]
    list_per_page = 50
    search_fields = ["title", "isbn13", "authors", "series"]
    search_help_text = "Title, series, author or ISBN"
    ordering = ["title", "id"]
    autocomplete_fields = ["categories"]
    readonly_fields = ["present_picture", "on_shelf", "reserved", "free", "why"]
    fieldsets = [
        (None, {"fields": ["isbn13", "title", "subtitle", "authors", "others", "retired"]}),
        ("Price and stock", {"fields": [("price", "currency"), ("on_shelf", "reserved", "free"), "why"]}),
        ("Picture", {"fields": ["present_picture", "new_picture"]}),
        (
            "Edition",
            {
                "fields": [
                    ("series", "series_number"),
                    ("publisher", "imprint_of"),
                    "language",
                    ("format", "pages"),
                    "first_published",
                ],
            },
        ),
        ("For shoppers", {"fields": ["categories", "description"]}),
    ]
    actions = ["retire", "sell_again", "as_a_file"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_stock().with_small_picture().annotate(last_sold=bands.last_sold())

    def save_model(self, request, book, form, change):
        if (others := form.cleaned_data["others"]) is not None:
            book.contributors = others
        super().save_model(request, book, form, change)
        if picture := form.cleaned_data.get("new_picture"):
            covers.send_in(book, picture, actor=request.user.email, now=timezone.now())
        ring_after_commit(Topic.BOOKS)

    @admin.display(description="others who made it")
    def others(self, book: Book) -> str:
        return in_words(book.contributors) or "—"

    @admin.display(description="authors")
    def written_by(self, book: Book) -> str:
        return ", ".join(book.authors)

    @admin.display(description="price", ordering="price")
    def price_shown(self, book: Book) -> str:
        return f"{book.price} {book.currency}"

    @admin.display(description="on the shelf", ordering="on_shelf")
    def on_shelf(self, book: Book) -> str:
        return bands.shelf_in_words(getattr(book, "on_shelf", 0), getattr(book, "not_new", 0))

    @admin.display(description="promised", ordering="reserved")
    def reserved(self, book: Book) -> int:
        return getattr(book, "reserved", 0)

    @admin.display(description="free", ordering="free")
    def free(self, book: Book) -> int:
        return getattr(book, "free", 0)

    @admin.display(description="stock", ordering="free")
    def band(self, book: Book):
        band = bands.band_of(book.free)
        return format_html('<span class="state band-{}">{}</span>', band.value, band.label)

    @admin.display(description="last sold", ordering="last_sold")
    def last_sold(self, book: Book):
        return by_clock(book.last_sold, "%-d %b %Y") if book.last_sold else "never"

    @admin.display(description="why")
    def why(self, book: Book):
        if book.pk is None:
            return "—"
        return format_html('<a href="{}">Why these numbers</a>', reverse("shelves:book", args=[book.pk]))

    @admin.display(description="now")
    def present_picture(self, book: Book):
        shown = "none"
        if book.picture:
            url = default_storage.url(getattr(book, "small", None) or book.picture)
            width, alt = min(book.picture_width, 160), f"Cover of {book.title}"
            shown = format_html('<img src="{}" width="{}" alt="{}" class="cover">', url, width, alt)
        if sent := SentPicture.objects.filter(pk=book.pk).first():
            return format_html("{}<p>{}</p>", shown, _what_became_of(sent))
        return shown

    @admin.display(description="cover")
    def cover(self, book: Book):
        if not book.small:
            return ""
        url = default_storage.url(book.small)
        return format_html('<img src="{}" width="28" alt="" loading="lazy" class="cover">', url)

    @admin.action(description="Retire the chosen books (no longer sold)", permissions=["change"])
    def retire(self, request, books):
        self._set_retired(request, books, True)

    @admin.action(description="Sell the chosen books again", permissions=["change"])
    def sell_again(self, request, books):
        self._set_retired(request, books, False)

    @admin.action(description="Save the chosen books as a CSV", permissions=["view"])
    def as_a_file(self, request, books):
        from store.importing.exporting import lines_of  # which stands above the catalogue

        answer = StreamingHttpResponse(as_csv(lines_of(books)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="books.csv"'
        return answer

    def _set_retired(self, request, books, retired: bool) -> None:
        number = Book.objects.filter(pk__in=books.values("pk")).exclude(retired=retired).update(retired=retired)
        ring_after_commit(Topic.BOOKS)
        self.message_user(request, f"{number} changed.", messages.SUCCESS)


def _what_became_of(sent: SentPicture) -> str:
    when = f"sent in on {by_clock(sent.sent_at, '%-d %B, %H:%M %Z')} by {sent.sent_by}"
    if sent.reason:
        return f"The picture {when} was not taken. {sent.reason}"
    return f"The picture {when} is being made ready. Look again in some seconds."


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = ["name", "parent"]

    def clean_parent(self):
        parent = above = self.cleaned_data["parent"]
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError("A category cannot stand in itself or in one below it.")
            above = above.parent
        return parent


@admin.register(Category)
class CategoryAdmin(NothingIsDeleted, admin.ModelAdmin):
    form = CategoryForm
    list_display = ["name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]
    ordering = [F("parent__name").asc(nulls_first=True), "name"]

    def save_model(self, request, category, form, change):
        super().save_model(request, category, form, change)
        ring_after_commit(Topic.BOOKS)
