import pytest
from fake_store import TOKEN, fake_store

from store_client import StoreClient, TokenFile


@pytest.fixture
def store():
    with fake_store() as running:
        yield running


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    return file


@pytest.fixture
def client(store, token_file):
    with StoreClient(store.url, TokenFile(token_file), timeouts=(2, 2)) as line:
        yield line
