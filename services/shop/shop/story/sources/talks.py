"""Talks with customer service about the order: that there was one, who came, and how it ended; not what was said."""

from collections.abc import Iterator

from shop.chat.models import Message, Room, Side
from shop.orders.models import Order
from shop.pages.wording import counted
from shop.story.entry import Entry


def talks(order: Order) -> Iterator[Entry]:
    for room in Room.objects.filter(order=order):
        yield Entry(
            room.opened_at,
            "chat",
            "The customer began a talk with customer service.",
            to_customer="You began to talk with us about it.",
            detail=f"talk {room.number}: {room.state}",
            key="talk",
        )
        for note in Message.objects.filter(room=room, side=Side.NOTE).order_by("position"):
            yield Entry(note.at, "chat", f"In the talk: {note.text}", f"In our talk: {note.text}", after=("talk",))
        written = Message.objects.filter(room=room).exclude(side=Side.NOTE).count()
        said = f"{counted(written, 'message')} in the talk so far."
        yield Entry(room.last_at, "chat", said, said, after=("talk",))
