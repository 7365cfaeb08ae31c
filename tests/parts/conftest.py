"""Parts for the tests, each in a folder of its own."""

import pytest
import requests

from parts.mailcatcher import MailCatcher
from parts.ports import free_port


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture(scope="session")
def mail_catcher(tmp_path_factory):
    catcher = MailCatcher(tmp_path_factory.mktemp("mail"), smtp_port=free_port(), web_port=free_port())
    catcher.start()
    catcher.wait_until_ready()
    yield catcher
    catcher.stop()


@pytest.fixture
def mail(mail_catcher):
    """The running catcher, empty."""
    requests.delete(f"{mail_catcher.web_url}/api/v1/messages", timeout=5).raise_for_status()
    return mail_catcher
