"""The line to the store, as the settings describe it."""

from uuid import uuid4

from django.conf import settings

from store_client import StoreClient, TokenFile


def open_store(*, within_s: float | None = None) -> StoreClient:
    """This function will make a client for one piece of work; use it in a with statement.

    :param within_s: no call takes longer; for work that a person waits for.
    """
    token = TokenFile(settings.STORE_TOKEN_FILE)
    return StoreClient(settings.STORE_URL, token, request_id=f"shop-{uuid4().hex}", within_s=within_s)
