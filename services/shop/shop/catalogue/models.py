"""The catalogue as last heard from the store. The store owns it; nothing here is edited by hand."""

from decimal import Decimal
from functools import cache

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce, Greatest, JSONObject, Now, Reverse

from shop.catalogue.shown import Shown
from store_client.roles import ROLES

UNCOUNTED = ("placed", "awaiting_payment")  # states of orders that the store may not know of yet


class BookQuerySet(models.QuerySet):
    def listed(self) -> "BookQuerySet":
        return self.filter(retired_at=None)

    def with_available(self) -> "BookQuerySet":
        """Annotate what a shopper is told of a book: `available` copies, and the `offer` that lowers its price.

        Available is what the store had free, less what this shop has sold since and the store has not counted. Copies
        that the store held for an order are counted by the store itself.
        """
        available, offer = _told()
        return self.annotate(available=available, offer=offer)

    def with_rating(self) -> "BookQuerySet":
        """Read `rating` along, what buyers say in sum (shop.reviews); a book nobody has reviewed has none."""
        return self.select_related("rating")


@cache  # building them costs more than reading a book; each query takes its own copy
def _told() -> tuple[Greatest, Subquery]:
    sold = (
        apps.get_model("orders", "OrderLine")
        .objects.filter(book=OuterRef("pk"), order__state__in=UNCOUNTED, order__held=False)
        .order_by()
        .values("book")
        .annotate(n=Sum("quantity"))
        .values("n")
    )
    free = Greatest(F("store_free") - Coalesce(Subquery(sold), Value(0)), Value(0))
    return free, Subquery(_offers()[:1])


def _offers():
    """The discounts that run for a book, the best first. The database's clock decides, so that all pages change at once."""
    discounts = apps.get_model("coupons", "Discount").objects
    named = discounts.model.books.through.objects.filter(discount=OuterRef("pk"), book=OuterRef(OuterRef("pk")))
    fitting = discounts.running(Now()).filter(Q(every_book=True) | Exists(named))
    offer = JSONObject(name=F("name"), percent=Cast("percent", TextField()))
    return fitting.order_by("-percent", "pk").values_list(offer)


class Book(Shown, models.Model):
    """One title in the shop, under the store's own key."""

    id = models.BigIntegerField(primary_key=True, help_text="The store's key of the book.")
    version = models.BigIntegerField(help_text="Version of the store's row that this copy was made from.")
    epoch = models.CharField(max_length=40, help_text="Life of the store's feed to which that version belongs.")
    isbn13 = models.CharField("ISBN", max_length=13, db_index=True)
    title = models.CharField(max_length=500)
    subtitle = models.CharField(max_length=500, blank=True)
    authors = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    contributors = models.JSONField(default=list, db_default=[], blank=True, help_text="Names, and roles of ONIX.")
    publisher = models.CharField(max_length=200, blank=True)
    imprint_of = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="The publisher whose imprint that is."
    )
    pages = models.IntegerField(null=True, blank=True)
    series = models.CharField(max_length=300, blank=True)
    series_number = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=35, blank=True)
    format = models.CharField(max_length=30, blank=True, default="", db_default="", help_text="Such as paperback.")
    first_published = models.IntegerField(null=True, blank=True, help_text="A year; negative is BC.")
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    categories = models.JSONField(default=list, help_text='Paths from the root, such as ["Fiction", "Classics"].')
    store_free = models.IntegerField(default=0, help_text="Free copies when the store last told of this book.")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="When the store withdrew the book.")

    picture_sha256 = models.CharField(max_length=64, blank=True, help_text="Checksum of the store's picture.")
    picture_url = models.CharField(max_length=300, blank=True)
    cover_sha256 = models.CharField(max_length=64, blank=True, help_text="Checksum of the picture we hold.")
    cover_error = models.CharField(max_length=300, blank=True, help_text="Why that picture could not be used.")

    objects = BookQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(price__gte=Decimal(0)), name="book_price_not_negative")]
        indexes = [
            models.Index(F("id").desc(), name="book_newest", condition=Q(retired_at=None)),
            models.Index(fields=["id"], name="book_picture_wanted", condition=~Q(picture_sha256=F("cover_sha256"))),
            models.Index(fields=["retired_at"], name="book_retired", condition=Q(retired_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def byline(self) -> str:
        return ", ".join(self.authors)

    @property
    def made_by(self) -> list[tuple[str, str]]:
        """Who made it beside its authors: a role in words, and the names."""
        names: dict[str, list[str]] = {}
        for one in self.contributors:
            if role := ROLES.get(one["role"]):  # what we have no words for is no news to a shopper
                names.setdefault(role, []).append(one["name"])
        return [(role[:1].upper() + role[1:].rstrip(":"), ", ".join(of)) for role, of in names.items()]


class Heading(models.Model):
    """What books are filed under: an author, a publisher, a series, a category, a language, a price band, in stock or not.

    Kept by the database, see migration 0002; the key follows from kind and slug (`headings.heading_id`).
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10)
    slug = models.TextField(db_collation="C")
    label = models.TextField()
    books = models.IntegerField(help_text="Books on sale that stand under it.")

    class Meta:
        indexes = [models.Index(F("kind"), F("books").desc(), name="heading_top")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


class Word(models.Model):
    """Every word that a book was ever found by, for guessing what was meant by another. Kept by the database."""

    word = models.TextField(primary_key=True, db_collation="C")

    class Meta:
        indexes = [models.Index(Reverse("word"), name="word_from_its_end")]

    def __str__(self) -> str:
        return self.word


class IndexCard(models.Model):
    """What finding a book on sale needs of it, narrow enough to be read by the thousand. Kept by the database."""

    book = models.OneToOneField(
        Book, on_delete=models.DO_NOTHING, primary_key=True, related_name="card", db_constraint=False
    )
    words = SearchVectorField()
    headings = ArrayField(models.BigIntegerField())
    sort_title = models.TextField(db_collation="C")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    series_place = models.DecimalField(max_digits=8, decimal_places=2, null=True)

    class Meta:
        indexes = [
            # A search reads all that waits to be put in: with the usual 4 MB it took ten times as long after an import.
            GinIndex(fields=["words"], name="card_words", gin_pending_list_limit=64),  # kB
            GinIndex(fields=["headings"], name="card_headings", gin_pending_list_limit=64),
            models.Index(fields=["sort_title", "book"], name="card_by_title"),
            models.Index(fields=["price", "book"], name="card_by_price"),
        ]

    def __str__(self) -> str:
        return f"Card of book {self.book_id}"


class Unfiled(models.Model):
    """A book whose card was left for later, as it came with many others or its price begins or ends to be lower; see `shop.catalogue.filing`."""

    book = models.OneToOneField(
        Book, on_delete=models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    def __str__(self) -> str:
        return f"Book {self.book_id} without its card"
