"""Where the shop stands in what it hears from the store."""

from django.db import models

from shop.clock import by_clock


class Feed(models.Model):
    """The shop's position in one of the store's feeds, moved in the transaction that applies what was read."""

    class Name(models.TextChoices):
        BOOKS = "books"
        ORDERS = "orders", "order statuses"
        RETURNS = "returns"

    name = models.CharField(max_length=20, choices=Name, primary_key=True)
    position = models.TextField(blank=True, help_text="The store's own mark; empty is the beginning.")
    heard_at = models.DateTimeField(
        null=True, blank=True, help_text="When the store last answered and all was applied."
    )
    last_error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.TextField(
        blank=True, help_text="Set when a person must decide; nothing is read meanwhile."
    )
    epoch = models.CharField(
        max_length=40, blank=True, help_text="Life of the store's feed; another one after a restore."
    )
    # While the whole feed is walked from its beginning: what belongs to an older epoch at its end is gone.
    walking = models.BooleanField(default=True)
    left_over = models.BooleanField(
        default=False, help_text="Whether a walk left work for its end that may not be done yet."
    )
    began_anew_at = models.DateTimeField(
        null=True, blank=True, help_text="When the store's feed began anew; empty once both sides were found equal."
    )

    def __str__(self) -> str:
        return f"Feed of {self.get_name_display()}"

    @property
    def anew_sentence(self) -> str:
        """What that means, and what to do; empty if it did not happen."""
        if not self.began_anew_at:
            return ""
        return (
            f"The store's feed of {self.get_name_display()} began anew on {by_clock(self.began_anew_at, '%Y-%m-%d at %H:%M %Z')}: its "
            "database was restored or replaced, and may have lost what came last. See what differs with: reconcile"
        )


class SetAside(models.Model):
    """A row of a feed that could not be applied. It is shown, and it goes when a good version of it arrives."""

    feed = models.CharField(max_length=20, choices=Feed.Name)
    key = models.CharField(max_length=100)
    reason = models.TextField()
    body = models.JSONField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="one_set_aside_row_per_key")]
        verbose_name = "row set aside"
        verbose_name_plural = "rows set aside"

    def __str__(self) -> str:
        return f"{self.feed} {self.key}: {self.reason}"


class StoreEvent(models.Model):
    """Inbox: one move of an order as the store told it, once per version, whatever way it came."""

    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="store_events")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="one_store_event_per_version")]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version}"


class Comparison(models.Model):
    """What the last comparison of both services found, one row for each kind of thing that was compared."""

    class Subject(models.TextChoices):
        BOOKS = "books"
        STOCK = "stock", "free copies"
        ORDERS = "orders", "orders and their lines"
        STATUSES = "statuses", "order statuses and counters"
        RETURNS = "returns", "returns and their copies"

    subject = models.CharField(max_length=20, choices=Subject, primary_key=True)
    at = models.DateTimeField(help_text="When the comparison ended.")
    seconds = models.FloatField()
    compared = models.PositiveBigIntegerField(help_text="Rows on the owner's side.")
    differing = models.PositiveBigIntegerField(help_text="Rows that differ and are not merely on their way.")
    repaired = models.PositiveBigIntegerField(default=0)
    examples = models.JSONField(default=list, help_text="Sentences on the first rows that differ.")
    error = models.TextField(blank=True, help_text="Why the comparison could not be finished; empty if it was.")

    def __str__(self) -> str:
        return f"Comparison of {self.get_subject_display()}"


class Retelling(models.Model):
    """An order whose log in the store is not the one that we heard; after a restore the store counts anew.

    Its customer hears of no state a second time.
    """

    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE, primary_key=True, related_name="retelling")
    at = models.DateTimeField()
    forgotten = models.JSONField(default=list, help_text="What the store told once and its log has no more.")

    def __str__(self) -> str:
        return f"{self.order_id} told anew"


class ComparisonUnderWay(models.Model):
    """A comparison cut into pieces, and where the next piece goes on."""

    mode = models.CharField(max_length=100, primary_key=True)
    state = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.mode
