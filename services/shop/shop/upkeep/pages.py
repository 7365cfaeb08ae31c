"""How the pages of this app are put together inside the admin."""

from dataclasses import dataclass, field

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from shop.accounts.models import User
from shop.outbox.models import Topic
from shop.upkeep.access import ACT, ACT_ON, LOOK_AT_MAIL
from shop.upkeep.forms import ReasonForm
from shop.upkeep.status import Report
from shop.upkeep.stream import Level, Row, Stream


@dataclass(frozen=True)
class Button:
    """`is_post` acts at once; the others lead to a page that asks first, or shows more."""

    label: str
    url: str
    is_post: bool = True


@dataclass
class Shown:
    """A stream with what this person may have done about it."""

    stream: Stream
    buttons: list[Button] = field(default_factory=list)
    rows: list[tuple[Row, list[Button]]] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        return self.stream.level == Level.FINE


@dataclass
class Question:
    """A page that asks before something is done.

    :ivar form: if a reason must be given.
    """

    title: str
    told: list[str]
    yes: str
    form: ReasonForm | None = None

    @classmethod
    def about_giving_up(cls, kind: str, row: Model) -> "Question":
        told = [CONSEQUENCES.get((kind, getattr(row, "topic", "")), CONSEQUENCES[kind, ""])]
        last = row.reason if kind == "aside" else row.last_error
        told += [f"What was last heard: {last}"] if last else []
        return cls(f"Give up {row}?", told, "Give it up", ReasonForm())

    @classmethod
    def about_dead_letters(cls) -> "Question":
        told = "They are only hints: the rows they hinted at stay, and the timetable finds them."
        return cls("Throw the dead letters away?", [told], "Throw them away", ReasonForm())

    def is_answered(self, request: HttpRequest) -> bool:
        self.form = ReasonForm(request.POST)
        return self.form.is_valid()


CONSEQUENCES = {
    ("message", ""): "The store will not hear this message.",
    ("message", Topic.ORDER_PLACED): "The order will be cancelled, what was paid goes back, and the customer gets a letter "
    "with your reason. If the store may have got the order, it is told to cancel it.",
    ("message", Topic.ORDER_CANCEL): "The order goes on as if nobody had asked to cancel it, and the customer gets a letter "
    "with your reason.",
    ("message", Topic.HOLD_RELEASE): "The store frees the held copies by itself when their time is over.",
    ("message", Topic.RETURN_ASKED): "The return is refused, and the customer gets a letter with your reason.",
    ("mail", ""): "The letter will not be sent. Nobody else tells the customer: reach them in another way.",
    ("refund", ""): "The shop will not send this money back any more, though the customer was told that it comes. Give it up "
    "only when it has gone back in another way. The order stays marked for attention.",
    ("aside", ""): "The row goes from this list and is not applied. It comes back if the store sends it again, still wrong.",
}  # fmt: skip


# What each action is called, who may ask for it, and whether it is done at once or asks first.
BUTTONS: dict[str, tuple[str, str, bool]] = {
    "read-books": ("Read now", ACT, True),
    "read-orders": ("Read now", ACT, True),
    "read-returns": ("Read now", ACT, True),
    "accept": ("Accept the retirement …", ACT, False),
    "try-all-again message": ("Try all again now", ACT_ON["message"], True),
    "try-all-again mail": ("Try all again now", ACT_ON["mail"], True),
    "try-all-again refund": ("Try all again now", ACT_ON["refund"], True),
    "mails": ("Mail matrix", LOOK_AT_MAIL, False),
    "pictures": ("Fetch now", ACT, True),
    "dead-letters": ("Look at them", ACT, False),
    "compare": ("Compare now", ACT, True),
    "repair": ("Repair …", ACT, False),
}


def with_buttons(report: Report, user: User) -> list[Shown]:
    return [
        Shown(stream, _buttons(stream, user), [(row, _row_buttons(row, user)) for row in stream.rows])
        for stream in report.streams
    ]


def _buttons(stream: Stream, user: User) -> list[Button]:
    buttons = []
    for action in stream.actions:
        label, permission, is_post = BUTTONS[action]
        if user.has_perm(permission):
            buttons.append(Button(label, _address(action), is_post))
    return buttons


def _address(name: str) -> str:
    route, _, kind = name.partition(" ")
    return reverse(f"upkeep:{route}", args=[kind] if kind else [])


def _row_buttons(row: Row, user: User) -> list[Button]:
    if not user.has_perm(ACT_ON[row.kind]):
        return []
    give_up = Button("Give up …", reverse("upkeep:give-up", args=[row.kind, row.key]), False)
    if row.kind == "aside":
        return [give_up]
    return [Button("Try again", reverse("upkeep:try-again", args=[row.kind, row.key])), give_up]


def page(request: HttpRequest, template: str, title: str, context: dict) -> HttpResponse:
    site = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/upkeep/{template}.html", {**site, "title": title, **context})


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    return page(request, "question", question.title, {"question": question})
