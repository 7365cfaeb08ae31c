"""The line to the store, as the settings describe it."""

from uuid import uuid4

from django.conf import settings

from store_client import StoreClient, TokenFile


def open_store() -> StoreClient:
    """This function will make a client for one piece of work; use it in a with statement."""
    return StoreClient(settings.STORE_URL, TokenFile(settings.STORE_TOKEN_FILE), request_id=f"shop-{uuid4().hex}")
