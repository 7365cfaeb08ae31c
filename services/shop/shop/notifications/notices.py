"""Who hears of what, by which way, and what of it a person may choose: one table. docs/notices.md is written from it.

A letter is added by one line in NOTICES. One that belongs to a topic is written only for those who want the topic's letters;
what the order, its money or the law needs belongs to none, and a letter that tells of money or of missing books always goes.
"""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    MAIL = "mail"
    PAGE = "the open page"  # live, by /sse/orders/
    DESK = "the desk"  # live, by /sse/desk/, and by the browser for who lets it


class Hears(StrEnum):
    CUSTOMER = "the customer"
    SERVICE = "customer service"
    STAFF = "staff"


class Why(StrEnum):
    """Why a letter cannot be chosen against; said to the person."""

    ORDER = "Confirms what you ordered, or what became of it."
    PAYMENT = "Is about your money."
    RETURN = "Your return needs it: its label, its outcome, its money."
    SAFETY = "Keeps your account safe."
    ASKED = "You asked for it."
    WORK = "Somebody has to answer."
    DUTY = "Something has stopped that a person must set right."


OURS = (Why.WORK, Why.DUTY)


@dataclass(frozen=True)
class Topic:
    """Something that people choose whether to hear of.

    :ivar wanted: by those who have chosen nothing.
    """

    slug: str
    label: str
    words: str
    hears: Hears
    wanted: bool = True


@dataclass(frozen=True)
class Notice:
    """One kind of letter, or of news on a page.

    :ivar kind: the letter's own name, which mails carry.
    """

    kind: str
    told: str
    ways: tuple[Way, ...] = (Way.MAIL,)
    hears: Hears = Hears.CUSTOMER
    topic: str = ""
    why: str = ""


NEEDED = "It comes all the same when it tells of money, or of books that cannot be sent."
TOPICS: dict[str, Topic] = {
    topic.slug: topic
    for topic in (
        Topic("packing", "Your order is being packed", "A letter when packing begins.", Hears.CUSTOMER),
        Topic("parcels", "A parcel has left", "A letter for each parcel that you have paid for.", Hears.CUSTOMER),
        Topic("returns", "Books you sent back are here", "A letter before we have looked at them.", Hears.CUSTOMER),
        Topic("reviews", "Your review was read", "A letter when it is shown to everybody, or why not.", Hears.CUSTOMER),
        Topic(
            "digest",
            "What waits, each morning",
            "One letter a day with what you can do something about; none when nothing waits.",
            Hears.STAFF,
            wanted=False,
        ),
        Topic(
            "talks",
            "A shopper waits for an answer",
            "Pages of the desk say so at once while one is open, and your browser too, if you have let it.",
            Hears.STAFF,
        ),
    )
}
BOTH = (Way.MAIL, Way.PAGE)
NOTICES: dict[str, Notice] = {
    notice.kind: notice
    for notice in (
        Notice("order_received", "an order was placed, or paid", BOTH, why=Why.ORDER),
        Notice("order_accepted", "the warehouse has accepted it", BOTH, why=Why.ORDER),
        Notice("order_packing", "it is being packed", BOTH, topic="packing"),
        Notice("order_parcel", "a parcel with a part of it has left", BOTH, topic="parcels"),
        Notice("parcel_code", "a parcel on its way has a tracking code by now, or another one", BOTH, topic="parcels"),
        Notice("order_shipped", "the last parcel, or the only one, has left", BOTH, topic="parcels"),
        Notice("parcel_lost", "a parcel of it is lost", BOTH, why=Why.ORDER),
        Notice("parcel_came_back", "a parcel of it came back to the warehouse", BOTH, why=Why.ORDER),
        Notice("order_rest", "the rest of it will not be sent", BOTH, why=Why.ORDER),
        Notice("order_short", "copies of it cannot be sent", BOTH, why=Why.ORDER),
        Notice("order_rejected", "the warehouse cannot take it", BOTH, why=Why.ORDER),
        Notice("order_failed", "the warehouse could not complete it", BOTH, why=Why.ORDER),
        Notice("order_cancelled", "it was cancelled", BOTH, why=Why.ORDER),
        Notice("order_not_cancelled", "it could not be stopped any more", BOTH, why=Why.ORDER),
        Notice("order_expired", "it was not paid in time", BOTH, why=Why.PAYMENT),
        Notice("bank_transfer", "the account for a transfer", BOTH, why=Why.PAYMENT),
        Notice("payment_returned", "money goes back", BOTH, why=Why.PAYMENT),
        Notice("return_asked", "a return was asked for", BOTH, why=Why.RETURN),
        Notice("return_approved", "a return is approved, with its label", BOTH, why=Why.RETURN),
        Notice("return_refused", "a return was refused", BOTH, why=Why.RETURN),
        Notice("return_received", "books of a return have arrived", BOTH, topic="returns"),
        Notice("return_closed", "a return is closed, with its money", BOTH, why=Why.RETURN),
        Notice("review_approved", "a review is shown", topic="reviews"),
        Notice("review_refused", "a review is not shown, and why", topic="reviews"),
        Notice(
            "contact",
            "somebody wrote by the contact page, or in a talk when nobody was there",
            hears=Hears.SERVICE,
            why=Why.WORK,
        ),
        Notice("contact_copy", "a copy of what one wrote by the contact page", why=Why.ASKED),
        Notice("chat_answers", "answers in a talk that were not read there", why=Why.ASKED),
        Notice("chat_transcript", "a whole talk", why=Why.ASKED),
        Notice("account", "codes, links and warnings of the account", why=Why.SAFETY),
        Notice("goodbye", "the account is deleted", why=Why.SAFETY),
        Notice("webhook_off", "a webhook was switched off", hears=Hears.STAFF, why=Why.DUTY),
        Notice("digest", "what waits for a person", hears=Hears.STAFF, topic="digest"),
        Notice("talk_waits", "somebody waits for an answer in a talk", (Way.DESK,), hears=Hears.STAFF, topic="talks"),
    )
}


def topic_of(kind: str) -> str:
    """The topic that a kind of letter belongs to; empty for one that always goes, as one without a line does."""
    notice = NOTICES.get(kind)
    return notice.topic if notice else ""


def always() -> list[tuple[str, list[Notice]]]:
    """What customers always hear by mail, by the reason."""
    mine = [notice for notice in NOTICES.values() if notice.hears == Hears.CUSTOMER and notice.why]
    return [(str(why), [notice for notice in mine if notice.why == why]) for why in Why if why not in OURS]


def document() -> str:
    """This function will write the table as Markdown."""
    return HEAD + _topics() + _notices()


HEAD = """# Who hears of what

Written from the tables in `services/shop/shop/notifications/notices.py` by `scripts/manage shop notices > docs/notices.md`; do
not edit it here. “The open page” is the order's page and *My orders*, which change within a second
([how](architecture.md#an-orders-way-to-the-warehouse)).

People choose at *Your account → What we tell you*; guests, and who is not logged in, by the link in each letter of a topic. Its
`List-Unsubscribe` headers (RFC 8058) let mail programs do it by one press: have your mail server sign them (DKIM, `h=`), or
some will not show the button. A choice counts for letters written from then on. A letter that its reader does not want is
kept as *not wanted*, in the place of the one that would have been sent: the mail matrix and the proof count it, and tell it from
one that is missing.
"""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _topics() -> str:
    rows = [
        _row(topic.label, topic.hears, "yes" if topic.wanted else "no, until it is chosen", topic.words)
        for topic in TOPICS.values()
    ]
    head = _row("topic", "who chooses", "from the start", "what it is") + _row(*["---"] * 4)
    return f"\n## What people choose\n\n{head}{''.join(rows)}\n{NEEDED} So does one that tells what is to be paid on delivery.\n"


def _notices() -> str:
    rows = [
        _row(
            f"`{notice.kind}`",
            notice.told,
            notice.hears,
            ", ".join(notice.ways),
            TOPICS[notice.topic].label if notice.topic else f"always: {notice.why}",
        )
        for notice in NOTICES.values()
    ]
    return (
        "\n## All of it\n\n"
        + _row("kind", "tells", "who hears", "ways", "may be chosen")
        + _row(*["---"] * 5)
        + "".join(rows)
    )
