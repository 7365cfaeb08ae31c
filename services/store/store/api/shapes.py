"""What the doors answer, for the description. The answers themselves are written by feeds and models, fast.

The tests compare the two: each answer of each door has its shape.
"""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from store.api.serializers import LineSerializer
from store.importing.models import RunState
from store.orders.models import IfShort, OrderState, Payment
from store.orders.parcels import ParcelState
from store.returns.models import ReturnState, Why

HOLD_STATES = [(state, state) for state in ("held", "used", "released", "lapsed", "none")]
RETURN = {"return": serializers.UUIDField()}  # no name of a field in Python


class PictureShape(serializers.Serializer):
    sha256 = serializers.CharField()
    url = serializers.CharField(help_text="A path of this store; it takes the same token.")


class ContributorShape(serializers.Serializer):
    """Who else made the book, or an author who did more than write it."""

    name = serializers.CharField()
    role = serializers.CharField(help_text="As ONIX has it: A12 illustrated, B06 translated it (code list 17).")


class BookShape(serializers.Serializer):
    """A book that is gone has `id`, `version` and `deleted` alone."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Grows with every change, its free copies included.")
    deleted = serializers.BooleanField(required=False)
    isbn13 = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    subtitle = serializers.CharField(required=False)
    authors = serializers.ListField(child=serializers.CharField(), required=False)
    contributors = ContributorShape(many=True, required=False)
    publisher = serializers.CharField(required=False, help_text="The name on the book: the imprint's, if it has one.")
    imprint_of = serializers.CharField(required=False, help_text="The publisher whose imprint that name is.")
    pages = serializers.IntegerField(required=False, allow_null=True)
    series = serializers.CharField(required=False)
    series_number = serializers.CharField(required=False)
    language = serializers.CharField(required=False)
    format = serializers.CharField(required=False)
    first_published = serializers.IntegerField(required=False, allow_null=True)
    description = serializers.CharField(required=False)
    price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False)
    currency = serializers.CharField(required=False)
    free = serializers.IntegerField(required=False, help_text="New copies on a shelf that are promised to nobody.")
    retired = serializers.BooleanField(required=False)
    categories = serializers.ListField(child=serializers.ListField(child=serializers.CharField()), required=False)
    picture = PictureShape(required=False, allow_null=True)


class FaultShape(serializers.Serializer):
    record = serializers.IntegerField(help_text="CSV: the number of the line; ONIX: of the record.")
    reference = serializers.CharField()
    reason = serializers.CharField()
    column = serializers.CharField(help_text="CSV: ours, such as price; empty if the line as a whole is meant.")


class ColumnShape(serializers.Serializer):
    name = serializers.CharField(help_text="As the file calls it.")
    field = serializers.CharField(allow_null=True, help_text="As we do; null: it was not understood, and is left out.")


class ImportShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    format = serializers.CharField()
    columns = ColumnShape(many=True, help_text="Of a CSV: what each was taken for.")
    dry_run = serializers.BooleanField()
    state = serializers.ChoiceField(RunState.choices)
    ended = serializers.BooleanField()
    sentence = serializers.CharField(help_text="How it is, in words.")
    sent_by = serializers.CharField()
    sent_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    progress = serializers.DictField(child=serializers.IntegerField(), help_text="`done` of `of`.")
    records = serializers.IntegerField()
    found = serializers.DictField(child=serializers.IntegerField(), help_text="What the check found, by outcome.")
    brought_in = serializers.DictField(child=serializers.IntegerField())
    left_out = serializers.IntegerField()
    faults_kept = serializers.IntegerField()


class WatchedImportShape(ImportShape):
    faults = FaultShape(many=True)


class ImportsShape(serializers.Serializer):
    count = serializers.IntegerField()
    results = ImportShape(many=True)


class LineCountShape(serializers.Serializer):
    line = serializers.IntegerField()
    ordered = serializers.IntegerField()
    packed = serializers.IntegerField()
    shipped = serializers.IntegerField()
    short = serializers.IntegerField()
    awaited = serializers.IntegerField(required=False)


class ContentShape(serializers.Serializer):
    line = serializers.IntegerField()
    copies = serializers.IntegerField()


class ParcelShape(serializers.Serializer):
    number = serializers.IntegerField()
    state = serializers.ChoiceField(ParcelState.choices)
    carrier = serializers.CharField()
    tracking = serializers.CharField()
    lines = ContentShape(many=True)


class EventShape(serializers.Serializer):
    order = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Those of an order count 1, 2, 3 … without a gap.")
    status = serializers.ChoiceField(OrderState.choices)
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    lines = LineCountShape(many=True)
    line_reasons = serializers.DictField(child=serializers.CharField())
    parcels = ParcelShape(many=True, help_text="All that have left by then.")


class OrderAnswerShape(serializers.Serializer):
    order = serializers.UUIDField()
    status = serializers.ChoiceField(OrderState.choices)
    version = serializers.IntegerField()
    events = EventShape(many=True)


class OrderShape(serializers.Serializer):
    order = serializers.UUIDField()
    status = serializers.ChoiceField(OrderState.choices)
    version = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    payment = serializers.ChoiceField(Payment.choices, allow_blank=True)
    paid = serializers.DecimalField(max_digits=12, decimal_places=2)
    total = serializers.DecimalField(max_digits=12, decimal_places=2)
    currency = serializers.CharField()
    ship_to = serializers.DictField(child=serializers.CharField())
    note = serializers.CharField()
    if_short = serializers.ChoiceField(IfShort.choices)
    reason = serializers.CharField()
    lines = LineSerializer(many=True)


class WholeOrderShape(OrderShape):
    events = EventShape(many=True)


class StoryEntryShape(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="Such as hold, order, parcel; more may come.")
    words = serializers.CharField()
    reason = serializers.CharField()
    who = serializers.CharField(help_text="Empty, as all that the audience may not hear.")
    detail = serializers.CharField()
    key = serializers.CharField(help_text="`store:<version>` of a move of the order, `return:<number>:<version>`.")


class StoryShape(serializers.Serializer):
    order = serializers.UUIDField()
    audience = serializers.CharField()
    entries = StoryEntryShape(many=True, help_text="In the sequence in which it happened.")


class AnswerShape(serializers.Serializer):
    order = serializers.UUIDField()
    status = serializers.IntegerField(help_text="What the order's own PUT would answer.")
    body = serializers.DictField()


class BatchAnswerShape(serializers.Serializer):
    answers = AnswerShape(many=True)


class HoldAnswerShape(serializers.Serializer):
    order = serializers.UUIDField()
    state = serializers.ChoiceField(HOLD_STATES)
    held_until = serializers.DateTimeField(required=False)


class BookRangeShape(serializers.Serializer):
    first = serializers.IntegerField()
    count = serializers.IntegerField()
    books = serializers.CharField(help_text="MD5 of what shoppers see.")
    stock = serializers.CharField(help_text="MD5 of the free copies.")


class BookRangesShape(serializers.Serializer):
    ranges = BookRangeShape(many=True)
    next = serializers.IntegerField(allow_null=True)


class BookRowShape(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    in_feed = serializers.BooleanField()
    gone = serializers.BooleanField()
    book = serializers.CharField()
    free = serializers.IntegerField()


class BookRowsShape(serializers.Serializer):
    rows = BookRowShape(many=True)


class OrderRangeShape(serializers.Serializer):
    first = serializers.CharField()
    count = serializers.IntegerField()
    orders = serializers.CharField()
    statuses = serializers.CharField()


class OrderRangesShape(serializers.Serializer):
    ranges = OrderRangeShape(many=True)
    next = serializers.CharField(allow_null=True)


class OrderRowShape(serializers.Serializer):
    order = serializers.UUIDField()
    status = serializers.ChoiceField(OrderState.choices)
    version = serializers.IntegerField()
    in_feed = serializers.BooleanField()
    content = serializers.CharField()
    progress = serializers.CharField()


class OrderRowsShape(serializers.Serializer):
    rows = OrderRowShape(many=True)


class ReturnRangeShape(serializers.Serializer):
    first = serializers.CharField()
    count = serializers.IntegerField()
    returns = serializers.CharField()


class ReturnRangesShape(serializers.Serializer):
    ranges = ReturnRangeShape(many=True)
    next = serializers.CharField(allow_null=True)


def return_rows_shape() -> serializers.Serializer:
    fields = {
        "status": serializers.ChoiceField(ReturnState.choices),
        "version": serializers.IntegerField(),
        "in_feed": serializers.BooleanField(),
        "digest": serializers.CharField(),
    }
    return inline_serializer("ReturnRows", {"rows": inline_serializer("ReturnRow", RETURN | fields, many=True)})


RETURN_EVENT = RETURN | {
    "order": serializers.UUIDField(),
    "version": serializers.IntegerField(),
    "status": serializers.ChoiceField(ReturnState.choices),
    "at": serializers.DateTimeField(),
    "why": serializers.ChoiceField(Why.choices),
    "reason": serializers.CharField(),
    "lines": serializers.ListField(child=serializers.DictField()),
}


def changes_of(shape: serializers.Serializer, name: str) -> serializers.Serializer:
    """A page of a feed."""
    fields = {
        "epoch": serializers.CharField(help_text="Another one than before: read the feed from the beginning."),
        "next": serializers.CharField(help_text="What ?after= takes for the following page, or for the next poll."),
        "more": serializers.BooleanField(),
        "changes": shape,
    }
    return inline_serializer(f"{name}Changes", fields)


def list_of(shape: type[serializers.Serializer]) -> serializers.Serializer:
    fields = {"results": shape(many=True), "next": serializers.CharField(allow_null=True)}
    return inline_serializer(f"{shape.__name__.removesuffix('Shape')}List", fields)


# Made once: each making is another class, and the description wants one of a name.
ReturnEventShape = type(inline_serializer("ReturnEvent", RETURN_EVENT))
RETURN_SHAPE = inline_serializer(
    "Return",
    RETURN
    | {
        "order": serializers.UUIDField(),
        "status": serializers.ChoiceField(ReturnState.choices),
        "version": serializers.IntegerField(),
        "events": ReturnEventShape(many=True),
    },
)
