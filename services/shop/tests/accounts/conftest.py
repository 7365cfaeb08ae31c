import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_memory_of_earlier_tries():
    """Wrong passwords of one test must not close the door in the next."""
    cache.clear()
