"""An order's whole story, from both services, for who reads it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shop.orders.models import Order
from shop.orders.queries import Step
from shop.story import asking
from shop.story.entry import Entry
from shop.story.sequence import in_sequence
from shop.story.sources import SOURCES, Known
from shop.story.table import KINDS, Audience, hears_of, told_to


@dataclass(frozen=True)
class Story:
    """:ivar away: why the warehouse's part is missing, in a sentence; empty if it is there.
    :ivar request_id: under which the warehouse was asked; its logs have it.
    """

    order: Order
    entries: list[Entry] = field(default_factory=list)
    away: str = ""
    request_id: str = ""


def story_of(order: Order, audience: Audience) -> Story:
    """This function will tell both parts of a story. The warehouse is asked within a second and a half, or does without.

    :param order: as queries.any_order() and queries.order_of() read it.
    """
    answer = asking.ask(order.number, audience)
    # What the shop heard of the warehouse has the warehouse's time: it stands after what it heard of.
    entries = in_sequence([*asking.after_the_shop(answer.entries, order), *shops_part(order, audience)])
    return Story(order, told_to(audience, entries), answer.away, answer.request_id)


def shops_part(order: Order, audience: Audience) -> list[Entry]:
    """The shop's own entries that an audience may hear something of, whole and in no sequence."""
    known = Known.of(order)
    wanted = [source for source in SOURCES if hears_of(audience, [source.kind])]
    return [entry for source in wanted for entry in source.told(known)]


def short_story(known: Known) -> list[Step]:
    """What the order's own page and the API tell its customer: of the shop's part what the table calls calm.

    :param known: what the caller has read; what is known of no short copies need not have been.
    """
    calm = [source for source in SOURCES if KINDS[source.kind].is_calm]
    entries = in_sequence(entry for source in calm for entry in source.told(known))
    told = told_to(Audience.SHOPPER, entries)
    return [Step(entry.at, entry.step, entry.words, entry.reason) for entry in told]


def for_ops_alone(order: Order) -> list[Entry]:
    """The shop's part in its sequence, without asking the warehouse: commands work whatever is away."""
    return told_to(Audience.OPS, in_sequence(shops_part(order, Audience.OPS)))


def chosen(entries: Iterable[Entry], *, service: str = "", kind: str = "") -> list[Entry]:
    return [each for each in entries if service in ("", each.service) and kind in ("", each.kind)]
