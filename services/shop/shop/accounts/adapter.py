"""How allauth meets the shop: its mails leave by the same road as all others, and a log-in brings the guest's things."""

from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils import timezone

from shop.cart.visitors import bring_guest_cart
from shop.notifications.operations import write_rendered_mail
from shop.orders.claiming import claim_orders
from shop.sealing import seal, unseal
from shop.wishlist.visitors import bring_wish

AUTHENTICATOR = b"authenticator secrets"


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
        claim_orders(user)
        bring_wish(request, user)
        return super().post_login(request, user, **details)

    def confirm_email(self, request, email_address: EmailAddress) -> bool:
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            claim_orders(email_address.user)
        return confirmed


class SealedSecrets(DefaultMFAAdapter):
    """The secrets of authenticator apps are sealed with a key that follows from SECRET_KEY, not kept in the clear."""

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=AUTHENTICATOR)

    def decrypt(self, encrypted_text: str) -> str:
        """A secret that another SECRET_KEY sealed opens to nothing: no code fits it, and a recovery is by an owner."""
        return unseal(encrypted_text, purpose=AUTHENTICATOR)
