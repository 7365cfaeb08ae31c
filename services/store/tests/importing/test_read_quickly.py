"""What is read in blocks means what it means record by record, also where files are odd."""

import io
from itertools import count
from pathlib import Path

import pytest

from store.importing import blocks, reading
from store.importing.by_column import Columns
from store.importing.cells import cells_of
from store.importing.onix import blocks as onix_blocks
from store.importing.onix.reading import products
from store.importing.onix.tags import COMPOSITES, LEAVES
from store.importing.rows import FIELDS, BadRow, row_from

ONIX = Path(__file__).parent / "onix"
HEAD = '<ONIXMessage release="3.0" xmlns="http://ns.editeur.org/onix/3.0/reference"><Header/>'
PLAIN = {
    "isbn13": "9780140275360",
    "title": "The Iliad",
    "authors": "Homer",
    "first_published": "-750",
    "language": "grc",
    "price": "12.00",
    "currency": "EUR",
    "copies": "2",
    "subtitle": "",
    "series": "Epics",
    "series_number": "1",
    "contributors": "B06: Emily Wilson; illustrated by Ada Okafor",
    "publisher": "Penguin",
    "imprint_of": "Random House",
    "pages": "560",
    "description": "A war.",
    "format": "Paperback",
    "categories": "Fiction > Classics; Poetry",
    "shelf": "A-7",
}
ODD = {
    "isbn13": ["0-14-027536-3", " 978-0-14-027536-0 ", "9780140275361", "", "978014027536X", "９780140275360"],
    "title": [
        "\\N",
        "a\tb",
        'a "b" c',
        "x" * 301,
        "  ",
        "Mort (Discworld, #4; Death, #1)",
        "Steel (Ice, #3: \\1)",
        "Ü\n2",
    ],
    "authors": [
        "",
        "A, B,, A",
        "  A   B ",
        'O"Hara\\',
        "x" * 201,
        ",".join("abc"[i % 3] * i for i in range(1, 60)),
        "{}",
    ],
    "first_published": ["", "2024", "2101", "٣", "1e3"],
    "language": ["", "en-US", "English", "DE"],
    "price": ["", "0", "0,00", "12,50", "-3", "NaN", "1000000", " 5.5 ", "5."],
    "currency": ["", "usd", "CHF"],
    "copies": ["", "0", "10001", "-1"],
    "subtitle": ["\\", "y" * 301],
    "series": ["", "s" * 301, "\\N", "Ü\t2"],
    "series_number": ["", "n" * 31],
    "contributors": [
        "",
        ";",
        "A01: Homer",
        "Emily Wilson",
        "B06:",
        "edited by A, B,, A",
        "Z99: King, Jr.",
        "B06: " + "x" * 201,
    ],
    "publisher": ["p" * 201, "A\\tB"],
    "imprint_of": ["", "p" * 201],
    "pages": ["", "0", "32001", "560 pp.", "about 560", "٣"],
    "description": ["d" * 19_999, "two\nlines", "\\."],
    "format": ["", "papyrus", "Audio CD"],
    "categories": ["", ";", " > ", "x" * 101, "A>B>C;A>B>C", 'Quote "\\" > Tab'],
    "shelf": ["", "s" * 31, "\\N", "ä 7"],
}


def one_by_one(columns, lines):
    for line in lines:
        try:
            yield line.number, cells_of(row_from(columns, line.cells, line.number, currency="CHF"))
        except BadRow:
            yield line.number, None


@pytest.mark.parametrize(
    "left_out", [(), ("price",), ("currency", "shelf"), ("series",), ("series", "series_number"), FIELDS[1:]]
)
def test_columns_mean_what_lines_mean(left_out):
    columns = [name for name in FIELDS if name not in left_out] + [""]
    numbers = count(2)
    odd = [PLAIN | {name: text} for name, texts in ODD.items() for text in (PLAIN[name], *texts)]
    lines = [blocks.Line(next(numbers), [*(line[name] for name in columns if name), "x"]) for line in odd]
    lines.append(blocks.Line(next(numbers), ["one cell"]))
    understood = Columns(columns, currency="CHF").understood(lines)
    unsure = {line.number for line in understood.unsure}
    expected = {number: cells for number, cells in one_by_one(columns, lines) if cells}
    assert {int(cells[1]): cells for cells in understood.good} == {n: c for n, c in expected.items() if n not in unsure}
    assert unsure == {line.number for line in lines} - set(expected)


@pytest.mark.parametrize("size", [1, 2, 1_000])
@pytest.mark.parametrize("block", [60, 200, 100_000])
def test_blocks_hold_the_records_that_reading_one_by_one_finds(size, block, monkeypatch):
    odd = (
        b'a,b\n\n"two\nlines",c\r\nd\\,e\nn\x00l,f\n"never closed,g\nh,i\n\xff,j\nk,"l" m\n\n"n","o"\np,q\rr\ns'
        + b",t" * 40
    )
    raw = odd * 3 + b'\nlast,"one'
    expected = [(r.line, r.cells if not r.fault else None) for r in reading.records(io.BytesIO(raw))]
    monkeypatch.setattr(blocks, "BLOCK_BYTES", block)
    file, found, at, last, until = io.BytesIO(raw), [], 0, 0, 0
    while at < len(raw):
        before = at
        if at >= until:
            stretch = blocks.stretch_of(file, delimiter=",", at=at, last=last, most=size)
            found += stretch.lines
            at, last, until = stretch.ends, stretch.last, stretch.odd_until
        if at < until:
            record = next(reading.records(file, at=at, line=last), None)
            if record:
                found.append((record.line, None if record.fault else record.cells))
                at, last = record.ends, record.last_line
        if at == before:
            break
    assert [tuple(line) for line in found] == expected


NAMES = sorted({*COMPOSITES, *LEAVES.values()})


def shape(element):
    """What can be asked of an element: its parts, or its text."""
    parts = {name: [shape(part) for part in element.all(name)] for name in NAMES if element.has(name)}
    return parts or element.raw_text


def all_of(raw, **options):
    return [(p.start, p.fault, shape(p.record)) for p in products(io.BytesIO(raw), **options)]


def product(inside):
    return f"<Product><RecordReference>r</RecordReference>{inside}</Product>"


STRANGE = [
    product("<DescriptiveDetail><TitleDetail>a<!-- </Product><Product> -->b<x/>c</TitleDetail></DescriptiveDetail>"),
    product("<RecordReference><![CDATA[</Product><Product>]]></RecordReference>") + product(""),
    product("<CollateralDetail><TextContent><Text>1<p>2<br/>3<LI>4</LI></p>5</Text></TextContent></CollateralDetail>"),
    product("<unknown><NotificationType>no</NotificationType></unknown>tail")
    + "<!-- between --> <?and this?>"
    + product(""),
    product("") + "<Other><Product>inside</Product></Other>" + product("<NotificationType>03</NotificationType>"),
    product(f"<RecordReference>{'y' * 600_000}</RecordReference>") + product("<NotificationType>03</NotificationType>"),
    product("<NotificationType/>" * 20_001) + product(""),
    product("<a>" * 30 + "</a>" * 30) + product(f"<RecordReference>{'z' * 20_000}</RecordReference>") * 20,
]
FILES = [file.read_bytes() for file in sorted(ONIX.iterdir())]


@pytest.mark.parametrize("raw", FILES + [f"{HEAD}{body}</ONIXMessage>".encode() for body in STRANGE])
def test_blocks_of_onix_hold_what_reading_event_by_event_finds(raw, monkeypatch):
    quick = all_of(raw)
    with monkeypatch.context() as patch:
        patch.setattr(onix_blocks, "LIKE_ASCII", ())
        slow = all_of(raw)
    assert quick == slow
    for start, _, _ in quick[:2]:
        assert all_of(raw, after=start) == [found for found in quick if found[0] > start]
