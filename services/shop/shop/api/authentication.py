"""Programs show an access token. Sessions are the site's own: no cookie opens the API."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from shop.api import tokens
from shop.api.models import LogIn

OVER = "The log-in of this token is over."
SCHEMES = {name.lower().encode(): name.encode() for name in api_settings.AUTH_HEADER_TYPES}


class TokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`; the log-in becomes `request.auth`, its person `request.user`."""

    def authenticate(self, request):
        found = super().authenticate(request)
        return found and (found[0].user, found[0])

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Schemes are the same in small and in large letters (RFC 9110, 11.1); the library knows them as they are set."""
        scheme, *rest = header.split(None, 1) or [b""]
        return super().get_raw_token(b" ".join([SCHEMES.get(scheme.lower(), scheme), *rest]))

    def get_user(self, validated_token):
        return self.log_in_of(validated_token, now=timezone.now())

    def log_in_by(self, access: str, *, now: datetime) -> LogIn:
        """This function will find the log-in of an access token that came by another way than the header.

        :raises InvalidToken: forged, expired, or of a log-in that is over.
        """
        return self.log_in_of(self.get_validated_token(access.encode()), now=now)

    def log_in_of(self, token: Token, *, now: datetime) -> LogIn:
        """
        :raises InvalidToken: if the log-in is over.
        """
        try:
            return tokens.log_in_of(_log_in_in(token), now=now)
        except tokens.NoSuchLogIn:
            raise InvalidToken(OVER) from None

    def named_log_in(self, request) -> UUID:
        """The log-in that a request's token names: the token is good, whether the log-in is has still to be asked.

        :raises AuthenticationFailed: also without a token.
        """
        raw = self.get_raw_token(self.get_header(request) or b"")
        if raw is None:
            raise InvalidToken("There is no token.")
        return _log_in_in(self.get_validated_token(raw))


def _log_in_in(token: Token) -> UUID:
    """:raises InvalidToken:"""
    try:
        return UUID(str(token[tokens.LOG_IN_CLAIM]))
    except (KeyError, ValueError):
        raise InvalidToken(OVER) from None
