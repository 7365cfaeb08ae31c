"""How the road between shop and store is, stream by stream: the same figures for the sync page and the command."""

from dataclasses import asdict, dataclass
from datetime import datetime

from shop.pages.wording import counted
from shop.upkeep.stream import Level, Stream
from shop.upkeep.streams import ALL


@dataclass
class Report:
    at: datetime
    streams: list[Stream]

    @property
    def troubled(self) -> list[Stream]:
        return [stream for stream in self.streams if stream.needs_a_person]

    @property
    def level(self) -> Level:
        levels = {stream.level for stream in self.streams}
        return next(level for level in (Level.PERSON, Level.WAITS, Level.FINE) if level in levels)

    @property
    def sentence(self) -> str:
        if self.troubled:
            names = ", ".join(stream.name.lower() for stream in self.troubled)
            return f"{counted(len(self.troubled), 'stream')} of {len(self.streams)} need a person: {names}."
        waiting = [stream.name.lower() for stream in self.streams if stream.level == Level.WAITS]
        if waiting:
            return f"Nothing needs a person. Not quite settled, and going on by itself: {', '.join(waiting)}."
        return "Everything is fine: shop and store hear each other, and nothing waits that should have gone."

    def as_json(self) -> dict:
        """Plain values only: what json.dumps() takes."""
        return {
            "at": self.at.isoformat(),
            "level": str(self.level),
            "needs_a_person": bool(self.troubled),
            "sentence": self.sentence,
            "streams": [_plain(stream) for stream in self.streams],
        }


def look(*, now: datetime) -> Report:
    """This function will look at every stream. The number of statements does not depend on what it finds."""
    return Report(now, [stream for ask in ALL for stream in ask(now=now)])


def _plain(stream: Stream) -> dict:
    return {
        "slug": stream.slug,
        "name": stream.name,
        "level": str(stream.level),
        "sentence": stream.sentence,
        "todo": stream.todo,
        "figures": {figure.name: figure.value for figure in stream.figures},
        "rows": [asdict(row) | {"since": row.since.isoformat()} for row in stream.rows],
        "more_rows": stream.more_rows,
    }
