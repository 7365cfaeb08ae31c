"""What makes many tests of a service quick, and changes nothing that they see."""

import gc
import threading
from unittest.mock import patch

import pytest
from django.conf import settings
from django.template.base import Template

THINGS_BETWEEN_COLLECTIONS = 50_000


@pytest.fixture(scope="session", autouse=True)
def few_looks_for_garbage():
    """All that was imported stays; to look through it again and again is what takes long."""
    gc.freeze()
    gc.set_threshold(THINGS_BETWEEN_COLLECTIONS, 20, 100)


class Rendering(threading.local):
    inside = False


@pytest.fixture(scope="session", autouse=True)
def only_the_whole_page_is_noted(django_test_environment):
    """Django's test client keeps a copy of all that each piece of a page knew: here of the page alone."""
    noted, rendering = Template._render, Rendering()

    def render(template, context):
        if rendering.inside:
            return template.nodelist.render(context)
        rendering.inside = True
        try:
            return noted(template, context)
        finally:
            rendering.inside = False

    with patch.object(Template, "_render", render):
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_when_asked_for():
    """Else each browser of a test would begin with a look at all of them."""
    settings.WHITENOISE_AUTOREFRESH = True
