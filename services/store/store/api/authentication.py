"""Services show a token; people use their session."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from store.api.models import ServiceCredential

LONGEST_TOKEN = 200


class ServiceTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>` of a ServiceCredential, which becomes both `request.user` and `request.auth`."""

    def authenticate(self, request):
        kind, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if not kind:
            return None
        credential = None
        if kind.lower() == "bearer" and 0 < len(token) <= LONGEST_TOKEN:
            credential = ServiceCredential.of_token(token.strip(), now=timezone.now())
        if credential is None:
            raise AuthenticationFailed("The token is not known here, or it has expired.")
        return credential, credential

    def authenticate_header(self, request) -> str:
        return "Bearer"
