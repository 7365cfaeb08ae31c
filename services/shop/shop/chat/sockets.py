"""`/ws/talks/…/` for shoppers and `/ws/desk/…/` for employees: one talk each. `/sse/desk/`: that somebody waits.

Each message asks for the right again and is one call of the operations; what it led to is told by the teller to everybody
who has the talk open, whoever wrote it. A page that comes back says up to which message it has heard.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.utils import timezone

from shop.chat import answering, facts, limits, operations, standing
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

    def enter(self, now) -> AnyRight:
        """:raises Closed: for who may not."""
        raise NotImplementedError

    def write(self, text: str, client_id: UUID, now) -> Message:
        raise NotImplementedError

    def called(self) -> str:
        """What the other side is told of who is writing."""
        raise NotImplementedError

    async def opened(self) -> None:
        self.number: UUID = self.scope["url_route"]["kwargs"]["number"]
        self.session = self.request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        self.right = await self.live.database.ask(self.enter, timezone.now())
        self.follow(self.right, standing.WatchTalk(self.number, self.side), self.session)
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
        now, mine = timezone.now(), self.side == Side.STAFF
        facts.sign(rooms=[] if mine else [self.number], employees=[self.right.user] if mine else [], now=now)
        return facts.arrived(self.number, after=self._after(), now=now)

    def _after(self) -> int:
        asked = self.request.GET.get("after", "")
        return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0

    async def heard(self, said: dict) -> None:
        match said["type"]:
            case "say":
                await self._take(_text(said), _client_id(said))
            case "writing":
                name = await self._ask(self.called)
                await self.live.signals.writing(self.number, self.side, name)
            case "read":
                await self._ask(self._read, _position(said))
                self.live.talks.wake(self.number)
            case _:
                raise Closed(Code.NOT_UNDERSTOOD)

    async def _take(self, text: str, client_id: UUID) -> None:
        """Whoever sent it hears that it is kept; without that they send it again, with the same id."""
        try:
            message = await self._ask(self.write, text, client_id, timezone.now())
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

    def _read(self, upto: int) -> None:
        operations.read(self.number, self.side, upto=upto, now=timezone.now())


class ShoppersTalk(TalkSocket):
    side = Side.SHOPPER

    def enter(self, now) -> AnyRight:
        return standing.shopper(self.session, self.number, now=now)

    def write(self, text: str, client_id: UUID, now) -> Message:
        return operations.say(self.number, text=text, client_id=client_id, now=now)

    def called(self) -> str:
        return Room.objects.get(pk=self.number).name or "The shopper"


class DesksTalk(TalkSocket):
    side = Side.STAFF

    def enter(self, now) -> AnyRight:
        return standing.employee(self.session, now=now)

    def write(self, text: str, client_id: UUID, now) -> Message:
        return answering.answer(self.number, by=self._who, text=text, client_id=client_id, now=now)

    def called(self) -> str:
        return operations.called(self._who)

    def require(self) -> None:
        self._who = standing.require_employee(self.right, now=timezone.now())


class DeskDoor(Door):
    """Employees hear of who waits, whichever page of the desk they have open."""

    async def permitted(self, request: ASGIRequest, session: str) -> tuple[AnyRight, Watched] | None:
        try:
            right = await self.database.ask(standing.employee, session, now=timezone.now())
        except Closed:
            return None
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
