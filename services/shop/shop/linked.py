"""Rows that letters lead to: their address, with a key that opens it without a log-in."""

from typing import ClassVar

from django.conf import settings
from django.core import signing


class Linked:
    """For a model with `number` and `get_absolute_url()`.

    :cvar link_salt: makes its keys good for nothing else.
    """

    link_salt: ClassVar[str]

    @property
    def link_token(self) -> str:
        """A signed key to this one row, for mails: whoever holds it may see what its owner sees there."""
        return signing.Signer(salt=self.link_salt).sign(str(self.number)).rpartition(":")[2]

    @property
    def signed_url(self) -> str:
        """For mails: the whole address, with the key that opens it."""
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}?key={self.link_token}"
