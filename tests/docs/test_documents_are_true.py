"""What the documentation says of the code is so."""

import re

import pytest

from parts import ROOT, lifecycle

NAMED = re.compile(r"`((?:services|tests)/[\w/.-]+\.py)::(\w+)`")
PROMISES = ROOT / "docs" / "promises.md"


def tests_named() -> list[tuple[str, str]]:
    return sorted(set(NAMED.findall(PROMISES.read_text())))


@pytest.mark.parametrize(("path", "name"), tests_named(), ids="::".join)
def test_a_test_that_shows_a_promise_exists(path, name):
    assert f"def {name}(" in (ROOT / path).read_text()


def test_every_promise_has_its_row_and_says_where_it_is_shown():
    rows = re.findall(r"^\| ([PL][\d.]+) \| .+ \| (.+) \|$", PROMISES.read_text(), re.MULTILINE)
    shown = dict(rows)
    assert len(rows) == len(shown) and all("`" in where or "not shown yet" in where for where in shown.values())
    promised = {f"P{part}.{n}" for part, last in enumerate((6, 5, 6, 6, 5, 4), start=1) for n in range(1, last + 1)}
    assert promised <= set(shown)


def test_the_life_of_an_order_is_as_the_code_has_it():
    """Otherwise: scripts/lifecycle."""
    assert lifecycle.out_of_date() == []


def test_a_move_that_is_not_drawn_yet_would_be_noticed(tmp_path, monkeypatch):
    stale = tmp_path / "order.svg"
    stale.write_text("<svg/>")
    monkeypatch.setattr(lifecycle, "PICTURES", tmp_path)
    assert stale in lifecycle.out_of_date()
