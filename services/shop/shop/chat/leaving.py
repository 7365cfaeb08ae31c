"""Employees who log out, or lose a role: they leave the desk at once, and what they have open is closed."""

from shop.accounts.models import User
from shop.chat import opening
from shop.live import cutting

LESS = frozenset({"post_remove", "post_clear"})


def log_out(sender, user: User | None, **kwargs) -> None:
    """Who has the desk open in another browser gives a sign of life again within opening.SIGN_EVERY."""
    if user is not None and user.pk and user.is_staff:
        opening.gone(user)
        cutting.tell_after_commit()


def change_of_roles(sender, action: str, **kwargs) -> None:
    if action in LESS:
        cutting.tell_after_commit()
