"""What can be sold: books and the tree of categories they stand in."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from store.catalogue.isbn import validate_isbn13
from store.catalogue.pictures import Picture
from store.feed.models import FeedRow

OLDEST_YEAR, LATEST_YEAR = -3000, 2100
HIGHEST_PRICE = Decimal("99999999.99")  # as store_client.read has it: rials need it
FOR_NOTHING = "Its price is 0: what is free of charge, or has no price yet, is not sold here."
MOST_PAGES = 32_000
PICTURE_FIELDS = ("picture", "picture_sha256", "picture_width", "picture_height")


class Category(models.Model):
    """A place in the tree of subjects; several books stand in it, and a book may stand in several."""

    name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="stands in"
    )

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                nulls_distinct=False,
                name="category_name_once_in_its_parent",
                violation_error_message="There is a category of this name here.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BookQuerySet(models.QuerySet):
    def with_stock(self) -> "BookQuerySet":
        """Each book with `on_shelf`, `not_new`, `reserved`, `awaited` and `free`, as in its `StockLevel`; a book that never had
        a copy has none of each.
        """
        names = ("on_shelf", "not_new", "reserved", "awaited")
        level = {name: models.functions.Coalesce(f"level__{name}", 0) for name in names}
        free = level["on_shelf"] - level["not_new"] - level["reserved"] - level["awaited"]
        return self.annotate(**level, free=models.functions.Greatest(free, 0))

    def with_small_picture(self) -> "BookQuerySet":
        """Each book with `small`: the name of its small picture's file, or none."""
        known = SmallPicture.objects.filter(sha256=models.OuterRef("picture_sha256")).exclude(name="")
        return self.annotate(small=models.Subquery(known.values("name")))


class Book(models.Model):
    """A title that is or was sold. Books are retired, never deleted: orders point at them for ever."""

    class Format(models.TextChoices):
        """How it is bound or recorded; the shop shows the words, and filters by them."""

        HARDBACK = "hardback", "hardback"
        PAPERBACK = "paperback", "paperback"
        BOARD = "board book", "board book"
        SPIRAL = "spiral bound", "spiral bound"
        AUDIO = "audio CD", "audio CD"
        OTHER = "other", "other"

    isbn13 = models.CharField("ISBN-13", max_length=13, validators=[validate_isbn13])
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    authors = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="In the title page's order."
    )
    contributors = models.JSONField(default=list, db_default=[], blank=True, editable=False)  # names, and roles of ONIX
    publisher = models.CharField(
        max_length=200, blank=True, help_text="The name on the book: the imprint's, if it has one."
    )
    imprint_of = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="The publisher whose imprint that name is."
    )
    pages = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(MOST_PAGES)])
    series = models.CharField(max_length=300, blank=True)
    series_number = models.CharField("number in the series", max_length=30, blank=True)
    language = models.CharField(
        max_length=35,
        blank=True,
        validators=[RegexValidator(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "Write a language tag such as en or pt-BR.")],
        help_text="A BCP 47 tag: en, de, pt-BR",
    )
    format = models.CharField(max_length=20, blank=True, choices=Format, default="", db_default="")
    first_published = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(OLDEST_YEAR), MaxValueValidator(LATEST_YEAR)],
        help_text="Year; negative before Christ",
    )
    description = models.TextField(blank=True, max_length=20_000)
    price = models.DecimalField(
        max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(HIGHEST_PRICE)]
    )
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$", "Write three capitals such as EUR.")]
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="books")
    picture = models.CharField(max_length=200, blank=True, editable=False)
    picture_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    picture_width = models.PositiveSmallIntegerField(null=True, editable=False)
    picture_height = models.PositiveSmallIntegerField(null=True, editable=False)
    retired = models.BooleanField(default=False, help_text="No longer sold; orders of the past keep it.")

    objects = BookQuerySet.as_manager()

    class Meta:
        constraints = [
            # And not `unique=True`, which brings a second index, for patterns that nobody asks for.
            models.UniqueConstraint(fields=["isbn13"], name="book_isbn13_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="book_price_is_not_negative"),
            models.CheckConstraint(
                condition=models.Q(isbn13__regex=r"^97[89]\d{10}$"), name="book_isbn13_has_its_form"
            ),
        ]
        indexes = [
            models.Index(fields=["title", "id"], name="book_by_title"),
            models.Index(fields=["picture_sha256"], condition=~models.Q(picture=""), name="book_by_picture"),
        ]

    def __str__(self) -> str:
        return self.title

    def put_picture(self, picture: Picture) -> None:
        """Store the picture's file and note it in the row, which the caller saves.

        Files are named by their content: the same picture twice is one file, and an old one is never overwritten.
        """
        name = f"{settings.PICTURE_FOLDER}/{picture.sha256}.jpg"
        if not default_storage.exists(name):
            name = default_storage.save(name, ContentFile(picture.jpeg))
        self.picture, self.picture_sha256 = name, picture.sha256
        self.picture_width, self.picture_height = picture.width, picture.height


class SentPicture(models.Model):
    """What was sent in to become a book's picture, until the worker has made it; or why it could not."""

    book = models.OneToOneField(Book, on_delete=models.CASCADE, primary_key=True, related_name="+")
    file = models.CharField(max_length=60, blank=True, help_text="As we keep it; empty when it was refused.")
    sent_by = models.CharField(max_length=254)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(file="") ^ models.Q(reason=""), name="sent_picture_waits_or_was_refused"
            )
        ]

    def __str__(self) -> str:
        return f"for {self.book_id}"


class SmallPicture(models.Model):
    """The small one of a picture, by the checksum of the large one. Without a name: it cannot be made.

    Not columns of the book: making them is no news for the feed.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class BookChange(FeedRow):
    """The latest change of one book, kept by triggers (migrations/0002). No foreign key: it outlives its book."""

    book_id = models.BigIntegerField(primary_key=True)
    version = models.BigIntegerField(default=1)
    deleted = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["xid", "book_id"], name="book_feed")]
