"""How allauth meets the shop: its mails leave by the same road as all others."""

from allauth.account.adapter import DefaultAccountAdapter


class OutboxMailAdapter(DefaultAccountAdapter):
    """Writes account mails to the mail table: a page never waits for a mail server."""
