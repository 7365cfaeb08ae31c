"""How allauth meets the shop: its mails leave by the same road as all others, and a log-in brings the guest's things."""

from base64 import b32encode
from secrets import token_bytes
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.urls import reverse
from django.utils import timezone

from shop.accounts.log_ins import end_sessions
from shop.cart.visitors import bring_guest_cart
from shop.notifications.operations import account_key, write_rendered_mail
from shop.orders.claiming import claim_orders
from shop.pages.addresses import absolute
from shop.sealing import seal, unseal
from shop.wishlist.visitors import bring_wish

AUTHENTICATOR = b"authenticator secrets"
SECRET_BYTES = 20


class OutboxMailAdapter(DefaultAccountAdapter):
    """Writes account mails to the mail table: a page never waits for a mail server."""

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        # Whoever begins a change to an address that has an account already writes to its owner.
        owner = context.get("user") or EmailAddress.objects.filter(email=email).order_by("-verified").first()
        user_id = owner.user_id if isinstance(owner, EmailAddress) else owner.pk if owner else None
        context = {"request": self.request, "email": email, "login_url": absolute(reverse("account_login")), **context}
        letter = self.render_mail(template_prefix, email, context)
        kind = template_prefix.rpartition("/")[2]
        # Each asking is an event of its own: a second reset link is a second letter.
        write_rendered_mail(
            event=f"account:{kind}:{uuid4()}",
            kind=kind,
            key=account_key(user_id, email),
            to=email,
            subject=letter.subject,
            text=letter.body,
            html="",
            now=timezone.now(),
        )

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        return super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        request.has_shown_password = user is not None
        return user

    def set_password(self, user, password: str) -> None:
        """The other log-ins are over by it: nothing of them is kept."""
        super().set_password(user, password)
        if user.pk:
            end_sessions(user, but=self.request.session.session_key if self.request else None)

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
        """A secret that another SECRET_KEY sealed opens to one that nobody knows: no code fits it.

        Everybody could tell the codes of an empty one.
        """
        return unseal(encrypted_text, purpose=AUTHENTICATOR) or b32encode(token_bytes(SECRET_BYTES)).decode()
