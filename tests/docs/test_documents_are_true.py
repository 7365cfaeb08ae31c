"""What the documentation says of the code is so."""

import re

import pytest

from parts import ROOT, lifecycle
from screenshots.camera import windows_of
from screenshots.pages import PAGES

NAMED = re.compile(r"`((?:services|clients|tests)/[\w/.-]+\.py)::(\w+)`")
PROMISES = ROOT / "docs" / "promises.md"
SECURITY = ROOT / "docs" / "security.md"
API = ROOT / "docs" / "api.md"
PICTURES = ROOT / "docs" / "screenshots"
PICTURE = re.compile(r"\]\(([\w/.-]*screenshots/[\w.-]+)\)")
MOST_BYTES_OF_PICTURES = 5_000_000


def named_in_documents() -> list[tuple[str, str]]:
    return sorted(set(NAMED.findall("".join(page.read_text() for page in (PROMISES, SECURITY, API)))))


@pytest.mark.parametrize(("path", "name"), named_in_documents(), ids="::".join)
def test_a_test_that_shows_a_promise_or_a_guard_exists(path, name):
    assert f"def {name}(" in (ROOT / path).read_text()


def test_every_promise_has_its_row_and_says_where_it_is_shown():
    rows = re.findall(r"^\| ([PL][\d.]+) \| .+ \| (.+) \|$", PROMISES.read_text(), re.MULTILINE)
    shown = dict(rows)
    assert len(rows) == len(shown) and all("`" in where or "not shown yet" in where for where in shown.values())
    promised = {f"P{part}.{n}" for part, last in enumerate((6, 5, 6, 6, 5, 4), start=1) for n in range(1, last + 1)}
    assert promised <= set(shown)


def test_every_row_of_security_says_where_it_is_shown():
    rows = re.findall(r"^\| (?!area|-)(.+?) \| .+ \| (.+) \|$", SECURITY.read_text(), re.MULTILINE)
    assert len(rows) >= 15 and all("`" in where for _, where in rows)


def test_the_pictures_are_those_of_the_pages_and_are_small():
    """Otherwise: scripts/screenshots."""
    wanted = {f"{page.name}-{window}.webp" for page in PAGES for window in windows_of(page)}
    assert {file.name for file in PICTURES.iterdir()} == wanted
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MOST_BYTES_OF_PICTURES


@pytest.mark.parametrize(
    "document", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_a_picture_that_is_shown_is_there(document):
    assert [name for name in PICTURE.findall(document.read_text()) if not (document.parent / name).exists()] == []


def test_the_life_of_an_order_is_as_the_code_has_it():
    """Otherwise: scripts/lifecycle."""
    assert lifecycle.out_of_date() == []


def test_a_move_that_is_not_drawn_yet_would_be_noticed(tmp_path, monkeypatch):
    stale = tmp_path / "order.svg"
    stale.write_text("<svg/>")
    monkeypatch.setattr(lifecycle, "PICTURES", tmp_path)
    assert stale in lifecycle.out_of_date()
