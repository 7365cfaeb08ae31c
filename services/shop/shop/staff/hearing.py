"""What a person may choose to hear of: customers' topics everybody, those of the staff by the rights of who asks."""

from shop.accounts.models import User
from shop.chat import rights
from shop.notifications.notices import TOPICS, Hears, Topic
from shop.staff import digest

OPEN_TO = {"digest": digest.may_have, "talks": rights.may_answer}


def topics_for(user: User) -> list[Topic]:
    """A topic of the staff is open to those for whom there is something to hear."""
    return [
        topic
        for topic in TOPICS.values()
        if topic.hears == Hears.CUSTOMER or (user.is_staff and OPEN_TO[topic.slug](user))
    ]
