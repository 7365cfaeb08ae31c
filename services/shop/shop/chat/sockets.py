"""`/ws/talks/…/` for shoppers and `/ws/desk/…/` for employees: one talk each. `/sse/desk/`: that somebody waits.

Each message asks for the right again and is one call of the operations; what it led to is told by the teller to everybody
who has the talk open, whoever wrote it. A page that comes back says up to which message it has heard.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone

from shop.chat import answering, facts, limits, opening, operations, standing
from shop.chat.models import Message, Room, Side
from shop.live.door import Door
from shop.live.ending import Closed, Code
from shop.live.rights import AnyRight
from shop.live.socket import Socket
from shop.live.streams import Chunk, Watched

LARGEST_POSITION = 2**31 - 1


class TalkSocket(Socket):
    """What shoppers and employees have in common: `say`, `writing` and `read`."""

    side: Side
    judged_later = frozenset({"text"})  # by limits.readable, whose refusal the writer hears

    def enter(self, now) -> AnyRight:
        """:raises Closed: for who may not."""
        raise NotImplementedError

    def write(self, text: str, client_id: UUID, upto: int, now) -> Message:
        """:param upto: what the page showed."""
        raise NotImplementedError

    def read(self, upto: int) -> None:
        raise NotImplementedError

    def called(self) -> str:
        """What the other side is told of who is writing."""
        raise NotImplementedError

    async def opened(self) -> None:
        self.number: UUID = self.scope["url_route"]["kwargs"]["number"]
        self.session = self.request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        self.right = await self.live.database.ask(self.enter, timezone.now())
        watch = standing.WatchTalk(self.number, self.side, is_seen="folded" not in self.request.GET)
        self.follow(self.right, watch, self.session)
        missed, known = await self.live.database.ask(self._arrive)
        if known is None:
            raise Closed(Code.NOT_THERE)
        for message in missed:
            await self.send(text_data=self.live.sockets.said("message", **facts.said(message)))
        await self.send(text_data=self.live.sockets.said("talk", **known.told()))
        self.live.talks.begin_with(self.number, known)
        self.live.talks.wake(self.number)
        self.send_on()

    def _arrive(self) -> tuple[list[Message], facts.Facts | None]:
        now, is_staff = timezone.now(), self.side == Side.STAFF
        rooms = [] if is_staff or not self.stream.watch.is_seen else [self.number]
        facts.sign(rooms=rooms, employees=[self.right.user] if is_staff else [], now=now)
        return facts.arrived(self.number, after=self._after(), now=now)

    def _after(self) -> int:
        asked = self.request.GET.get("after", "")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0

    async def heard(self, said: dict) -> None:
        match said["type"]:
            case "say":
                upto = _position(said) if "upto" in said else 0
                await self._take(_text(said), _client_id(said), upto)
            case "writing":
                name = await self._ask(self._writes)
                if name:
                    await self.live.signals.writing(self.number, self.side, name)
            case "read":
                await self._ask(self.read, _position(said))
                self.live.talks.wake(self.number)
            case _:
                raise Closed(Code.NOT_UNDERSTOOD)

    async def _take(self, text: str, client_id: UUID, upto: int) -> None:
        """Whoever sent it hears that it is kept; without that they send it again, with the same id."""
        try:
            message = await self._ask(self.write, text, client_id, upto, timezone.now())
        except (limits.NotTaken, answering.Taken) as refusal:
            again = isinstance(refusal, limits.TooFast)
            answer = {"client_id": str(client_id), "words": str(refusal), "again": again}
            await self.send(text_data=self.live.sockets.said("refused", **answer))
            return
        kept = {"client_id": str(client_id), "position": message.position}
        await self.send(text_data=self.live.sockets.said("kept", **kept))
        self.live.talks.written(message)

    async def _ask(self, act: Callable, *arguments):
        """:raises Closed: if the right is over."""

        def work():
            self.require()
            try:
                return act(*arguments)
            except Room.DoesNotExist:
                raise Closed(Code.NOT_THERE) from None

        return await self.live.database.ask(work)

    def require(self) -> None:
        """:raises Closed: if the right is over."""
        standing.require(self.right, now=timezone.now())

    def _writes(self) -> str:
        """Who is writing; nobody looks on while the chat is closed."""
        return self.called() if opening.is_open() else ""


class ShoppersTalk(TalkSocket):
    side = Side.SHOPPER

    def enter(self, now) -> AnyRight:
        return standing.shopper(self.session, self.number, now=now)

    def write(self, text: str, client_id: UUID, upto: int, now) -> Message:
        return operations.say(self.number, text=text, client_id=client_id, now=now)

    def read(self, upto: int) -> None:
        operations.read(self.number, upto=upto)

    def called(self) -> str:
        return Room.objects.get(pk=self.number).name or "The shopper"


class DesksTalk(TalkSocket):
    side = Side.STAFF

    def enter(self, now) -> AnyRight:
        return standing.employee(self.session, now=now)

    def write(self, text: str, client_id: UUID, upto: int, now) -> Message:
        return answering.answer(self.number, by=self._who, text=text, client_id=client_id, upto=upto, now=now)

    def read(self, upto: int) -> None:
        answering.read(self.number, by=self._who, upto=upto)

    def called(self) -> str:
        return operations.called(self._who) or "Bookshop"

    def require(self) -> None:
        self._who = standing.require_employee(self.right, now=timezone.now())


class DeskDoor(Door):
    """Employees hear of who waits, whichever page of the desk they have open."""

    async def permitted(self, request: ASGIRequest, session: str) -> tuple[AnyRight, Watched] | None:
        try:
            right = await self.database.ask(standing.employee, session, now=timezone.now())
        except Closed:
            return None
        await self.database.ask(facts.sign, rooms=[], employees=[right.user], now=timezone.now())
        return right, standing.WatchDesk()

    async def opening(self, request: ASGIRequest, watch: Watched) -> Chunk:
        return self._streams.retry() + self._streams.said("desk")


def _text(said: dict) -> str:
    text = said.get("text")
    if not isinstance(text, str):
        raise Closed(Code.NOT_UNDERSTOOD)
    return text


def _client_id(said: dict) -> UUID:
    try:
        return UUID(str(said.get("client_id")))
    except ValueError:
        raise Closed(Code.NOT_UNDERSTOOD) from None


def _position(said: dict) -> int:
    upto = said.get("upto")
    if type(upto) is not int or not 0 <= upto <= LARGEST_POSITION:
        raise Closed(Code.NOT_UNDERSTOOD)
    return upto
