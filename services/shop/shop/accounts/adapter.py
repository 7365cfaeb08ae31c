"""How allauth meets the shop: its mails leave by the same road as all others, and a log-in brings the guest's cart."""

from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone

from shop.cart.visitors import bring_guest_cart
from shop.notifications.operations import write_rendered_mail


class OutboxMailAdapter(DefaultAccountAdapter):
    """Writes account mails to the mail table: a page never waits for a mail server."""

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        letter = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        kind = template_prefix.rpartition("/")[2]
        # Each asking is an event of its own: a second reset link is a second letter.
        write_rendered_mail(
            event=f"account:{kind}:{uuid4()}",
            kind=kind,
            key=f"account:{email}"[:100],
            to=email,
            subject=letter.subject,
            text=letter.body,
            html="",
            now=timezone.now(),
        )

    def post_login(self, request, user, **details):
        bring_guest_cart(request, user)
        return super().post_login(request, user, **details)
