"""The ways an order can go: how its customer pays, or does not, or changes their mind. The seed deals them out."""

import random
from dataclasses import dataclass, replace
from math import ceil

from prove.plan import Plan
from prove.sending_back import SENDINGS, SendingBack

ON_DELIVERY, PAID, DECLINED, LATE, CANCELLED = "on delivery", "paid", "declined", "late", "cancelled"

# What a customer does, in the words of customers.STORIES. Each way has its stories in turn.
STORIES_OF = {
    ON_DELIVERY: ("waits for the parcel",),
    PAID: (
        "pays",
        "pays, and the notice comes first",
        "pays, and the notice is lost",
        "pays twice",
        "pays, and closes the window",
        "lets the shop take the money",
    ),
    DECLINED: ("is declined, and pays then", "is declined, and leaves"),
    LATE: ("is paid late by the bank", "pays too late", "never pays"),
    CANCELLED: (
        "cancels at once",
        "cancels once it is accepted",
        "cancels unpaid",
        "pays, and cancels at once",
        "pays, and cancels once it is accepted",
        "cancels, and pays then",
    ),
}
PAID_ON_DELIVERY = frozenset({"waits for the parcel", "cancels at once", "cancels once it is accepted"})
# Their orders are sent, if it is up to the customers.
SENT = frozenset({*STORIES_OF[ON_DELIVERY], *STORIES_OF[PAID], "is declined, and pays then"})


@dataclass(frozen=True)
class Way:
    name: str
    story: str
    sends_back: SendingBack | None = None

    @property
    def is_prepaid(self) -> bool:
        return self.story not in PAID_ON_DELIVERY


NAME_OF = {story: name for name, stories in STORIES_OF.items() for story in stories}


def deal(plan: Plan) -> list[Way]:
    """This function will give each order its way: as many of each as the plan's shares say, shuffled by its seed.

    A share may be that of a way, whose stories take turns, or of one story alone. What is left over goes the first way.
    """
    dealt: list[Way] = []
    for place, (name, share) in enumerate(plan.shares, start=1):
        left = plan.orders - len(dealt) - (len(plan.shares) - place)  # each way to come has one at least
        many = min(max(round(share * plan.orders), 1), max(left, 0))
        dealt += [_way(name, n) for n in range(many)]
    dealt += [_way(plan.shares[0][0], n) for n in range(plan.orders - len(dealt))]
    random.Random(f"{plan.seed}/ways").shuffle(dealt)
    return _with_returns(dealt, plan)


def _with_returns(dealt: list[Way], plan: Plan) -> list[Way]:
    """Some of those whose order is sent send copies back; the ways of doing so take turns from where the seed says."""
    sent = [place for place, way in enumerate(dealt) if way.story in SENT]
    chance = random.Random(f"{plan.seed}/sends back")
    chosen = sorted(chance.sample(sent, min(ceil(plan.returned_share * len(sent)), len(sent))))
    first = chance.randrange(len(SENDINGS))
    for turn, place in enumerate(chosen, start=first):
        dealt[place] = replace(dealt[place], sends_back=SENDINGS[turn % len(SENDINGS)])
    return dealt


def _way(name: str, turn: int) -> Way:
    stories = STORIES_OF.get(name, (name,))
    story = stories[turn % len(stories)]
    return Way(NAME_OF[story], story)
