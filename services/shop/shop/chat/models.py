"""Talks with shoppers: rooms, what was said in them, who is at the desk, and whether it is open."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from shop.chat.states import MOVES, UNTAKEN, IllegalMove, State
from shop.linked import Linked

LONGEST_TEXT = 2000  # characters
MOST_BYTES = 4096
NAME = "{name}"  # in canned answers


class Side(models.TextChoices):
    SHOPPER = "shopper", "Shopper"
    STAFF = "staff", "Bookshop"
    NOTE = "note", "Note"  # of the shop itself: who came, and that the talk was closed


class RoomQuerySet(models.QuerySet):
    def with_unread(self) -> "RoomQuerySet":
        """Each with how many messages the other side wrote that were not read: `new_to_shopper`, `new_to_staff`."""
        return self.annotate(
            new_to_shopper=_after("read_by_shopper", side=Side.STAFF),
            new_to_staff=_after("read_by_staff", side=Side.SHOPPER),
        )

    def with_last_word(self) -> "RoomQuerySet":
        """Each with the side that said something last, as `last_word`; notes of the shop say nothing."""
        said = Message.objects.filter(room=OuterRef("pk")).exclude(side=Side.NOTE).order_by("-position")
        return self.annotate(last_word=Subquery(said.values("side")[:1]))


def _after(read: str, *, side: Side) -> Coalesce:
    found = Message.objects.filter(room=OuterRef("pk"), side=side, position__gt=OuterRef(read))
    counted = found.order_by().values("room").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class Room(Linked, models.Model):
    """One talk. It is about an order, of which there is one talk only, or in general.

    Its messages are numbered from 1 without gaps in the order in which they were committed, since whoever adds one holds
    the lock of this row: "all after position n" misses nothing. Who holds its signed link may read it and write in it.
    """

    link_salt = "shop.chat.link"
    number = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.UUIDField(unique=True, help_text="Made with the form: sending it twice is one talk.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="talks")
    order = models.OneToOneField("orders.Order", null=True, on_delete=models.CASCADE, related_name="talk")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField("e-mail address", max_length=254, help_text="As it was when the talk began.")
    network = models.CharField(max_length=32, help_text="A keyed digest of where it came from, to count by.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="taken_talks"
    )
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When something was said last.")
    closed_at = models.DateTimeField(null=True)
    last = models.PositiveIntegerField(default=0, help_text="Position of the newest message.")
    read_by_shopper = models.PositiveIntegerField(default=0, help_text="Up to which message.")
    read_by_staff = models.PositiveIntegerField(default=0, help_text="Up to which message.")
    shopper_seen_at = models.DateTimeField(null=True, help_text="When the shopper last had it open.")
    # When it is to be looked whether a letter must carry what was not read, and up to which message letters have.
    shopper_letter_at = models.DateTimeField(null=True)
    staff_letter_at = models.DateTimeField(null=True)
    mailed_to_shopper = models.PositiveIntegerField(default=0)
    mailed_to_staff = models.PositiveIntegerField(default=0)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = "talk"
        default_permissions = ("view", "change")
        indexes = [
            models.Index(F("user"), F("last_at").desc(), name="talks_of_user"),
            models.Index(fields=["last_at"], name="talks_untaken", condition=Q(state__in=sorted(UNTAKEN))),
            models.Index(fields=["last_at"], name="talks_active", condition=Q(state="active")),
            models.Index(fields=["closed_at"], name="talks_closed", condition=Q(state="closed")),
            models.Index(fields=["shopper_letter_at"], name="talks_shopper_letter"),
            models.Index(fields=["staff_letter_at"], name="talks_staff_letter"),
            models.Index(F("email"), F("opened_at"), name="talks_of_address"),
            models.Index(F("network"), F("opened_at"), name="talks_of_network"),
            models.Index(fields=["opened_at"], name="talks_opened"),
        ]

    def __str__(self) -> str:
        return f"Talk about order {self.order.reference}" if self.order_id else f"Talk with {self.name or self.email}"

    def get_absolute_url(self) -> str:
        return reverse("chat:talk", args=[self.number])

    @property
    def address(self) -> str:
        """Where letters about it go; ask with `user` and `order` selected."""
        return (self.user and self.user.email) or (self.order and self.order.email) or self.email

    @property
    def is_untaken(self) -> bool:
        return self.state in UNTAKEN

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED

    def move_to(self, state: State, *, at) -> None:
        """This function will change a locked talk; the caller saves it.

        :raises IllegalMove: if the table of moves does not allow it.
        """
        if state not in MOVES[State(self.state)]:
            raise IllegalMove(f"A talk that is {self.state} cannot be {state}. Please look at it again.")
        self.state, self.closed_at = state, at if state == State.CLOSED else None
        if state in UNTAKEN:
            self.taken_by = None


class Message(models.Model):
    """What was said: plain text, shown and never obeyed."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveIntegerField()
    side = models.CharField(max_length=7, choices=Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120, blank=True, help_text="Of the employee, as the shopper is told.")
    text = models.CharField(max_length=LONGEST_TEXT)
    client_id = models.UUIDField(help_text="Made by the page that sent it: sending it twice is one message.")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["room", "position"], name="one_message_per_position"),
            models.UniqueConstraint(fields=["room", "side", "client_id"], name="one_message_per_client_id"),
        ]

    def __str__(self) -> str:
        return f"Message {self.position}"


class CannedAnswer(models.Model):
    """An answer that is given often, to be put into a message and changed there."""

    title = models.CharField(max_length=80, unique=True)
    text = models.TextField(max_length=LONGEST_TEXT)

    def __str__(self) -> str:
        return self.title

    def text_for(self, room: Room) -> str:
        """For this shopper: {name} becomes theirs."""
        return self.text.replace(NAME, room.name or "there")


class Presence(models.Model):
    """When an employee last had the desk open."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seen_at:%F %T}"


class Opening(models.Model):
    """Whether the desk is open. There is at most one row; without one it is."""

    key = models.BooleanField(primary_key=True, default=True, editable=False)
    is_open = models.BooleanField("open", default=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=254)

    class Meta:
        verbose_name = verbose_name_plural = "opening of the desk"
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=Q(key=True), name="one_opening")]

    def __str__(self) -> str:
        return "Open" if self.is_open else "Closed"
