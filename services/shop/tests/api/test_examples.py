"""The description shows what bodies, answers and errors look like, and what it shows is so."""

import json
import warnings
from pathlib import Path

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from example_fit import misfits
from rest_framework.renderers import JSONRenderer

from shop.api.docs import description

KEPT = Path(__file__).parents[4] / "docs" / "openapi" / "shop.json"


def test_every_body_answer_and_error_has_examples_that_fit():
    assert misfits(description(), written_in="shop/api/examples.py") == []


def test_the_description_is_written_without_a_warning():
    GENERATOR_STATS.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS


def test_the_description_is_the_one_that_is_kept_so_that_no_change_goes_unseen():
    """Otherwise: scripts/openapi."""
    assert json.loads(KEPT.read_text()) == json.loads(JSONRenderer().render(description()))
