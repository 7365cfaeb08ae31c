"""Whatever a hand scanner sends is a command, a code, or said to be neither."""

import pytest

from store.orders.codes import Command, NotACode, read
from store.paper.bars import QUIET, bars_of

PRIDE = "9780141439518"


@pytest.mark.parametrize(
    ("scanned", "command"),
    [
        ("CMDUNDO", Command.UNDO),
        (" cmdcantfind\r\n", Command.CANNOT_FIND),
        ("]C1CMDDONE", Command.DONE),
        ("can't find", Command.CANNOT_FIND),
        ("can’t find", Command.CANNOT_FIND),
        ("Done", Command.DONE),
        ("next", Command.NEXT),
    ],
)
def test_a_command_is_known_however_it_comes(scanned, command):
    assert read(scanned) == command


@pytest.mark.parametrize(
    "scanned",
    [
        PRIDE,
        "978-0-14-143951-8",
        "0141439513",
        "0-14-143951-3",
        f"]E0{PRIDE}",
        f"{PRIDE}51299",
        f"{PRIDE}05",
        f"ISBN {PRIDE}",
    ],
)
def test_a_book_is_known_by_any_form_of_its_isbn(scanned):
    assert read(scanned).isbn13 == PRIDE


def test_a_label_is_read_as_it_is_also_with_caps_lock():
    code = read("b000000042\t")
    assert "B000000042" in code.labels
    assert code.isbn13 == ""
    assert "done-7" in read("done-7").labels  # no command: somebody's own label


@pytest.mark.parametrize("rubbish", ["", "\r\n", "\x00\x1d", "x" * 41, "9780141439517" * 9, "\ufffd" * 500])
def test_rubbish_is_no_code(rubbish):
    with pytest.raises(NotACode):
        read(rubbish)


def test_what_is_shown_of_rubbish_is_short():
    with pytest.raises(NotACode) as error:
        read("x" * 5_000)
    assert str(error.value) == f"“{'x' * 40}” is not a code we know."


def test_commands_are_printed_as_the_standard_has_it():
    bars, width = bars_of("CMDUNDO")
    assert width == 2 * QUIET + 11 * 9 + 13  # start, seven letters, check, and the longer stop
    assert bars[0] == (QUIET, 2) and sum(bars[-1]) == width - QUIET
    for nothing in ("ü", "", "A\n"):
        with pytest.raises(ValueError):
            bars_of(nothing)
