"""The broker's dead letters: hints that no worker could get done."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from shop.pages.health import broker_is_there
from shop.pages.wording import counted
from shop.upkeep.stream import Figure, Level, Stream, number
from worker_bell import BrokerAway, DeadLetters

SLUG, NAME = "dead-letters", "Dead letters"
AWAY = (
    "Start the broker again. Pages work meanwhile, and nothing is lost: what waits are rows, and they go out when it is "
    "back."
)
TODO = (
    "Look at them: a hint that killed its worker again and again shows a fault in the work it stands for, and the "
    "worker's log has the reason. Then ring for them again, or throw them away: the rows they hinted at are found by "
    "the timetable in any case."
)


def dead_letters(*, now: datetime) -> Iterator[Stream]:
    letters = DeadLetters(settings.BROKER_URL)
    if not settings.BROKER_URL:
        yield _unkept(Level.FINE, "There is no broker (BROKER_URL is empty), and so there are no dead letters.")
    elif not letters.are_kept:
        yield _on_another_broker()
    else:
        yield _on_rabbitmq(letters)


def _on_rabbitmq(letters: DeadLetters) -> Stream:
    try:
        there = letters.count()
    except BrokerAway as error:
        return _unkept(Level.PERSON, str(error), AWAY)
    figures = [number("dead letters", there)]
    if not there:
        return Stream(SLUG, NAME, Level.FINE, "The broker answers, and no hint has failed for good.", "", figures)
    told = f"{counted(there, 'hint')} could not be worked off and lie among the dead letters."
    return Stream(SLUG, NAME, Level.PERSON, told, TODO, figures, actions=("dead-letters",))


def _on_another_broker() -> Stream:
    if broker_is_there():
        return _unkept(Level.FINE, "The broker answers. It is not RabbitMQ, and keeps no dead letters.")
    return _unkept(Level.PERSON, "The broker does not answer.", AWAY)


def _unkept(level: Level, sentence: str, todo: str = "") -> Stream:
    return Stream(SLUG, NAME, level, sentence, todo, [Figure("dead letters", None, "unknown")])
