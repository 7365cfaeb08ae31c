"""ONIX 3 in the styles of several publishers means the same books; what is hostile or broken is refused with a reason."""

import io
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from store.importing.onix.prices import Defaults, Market
from store.importing.onix.products import row_from
from store.importing.onix.reading import header, products
from store.importing.onix.tree import LONGEST_RECORD
from store.importing.refusal import FileRefused
from store.importing.rows import BadRow

FILES = Path(__file__).parent / "onix"
TODAY = date(2026, 11, 21)
HEAD = '<ONIXMessage release="3.0"><Header><SentDateTime>20261101</SentDateTime></Header>'
ISBN = "<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9781948372602</IDValue></ProductIdentifier>"
TITLE = (
    "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
    "<TitleText>Emma</TitleText></TitleElement></TitleDetail>"
)


def rows_of(name, *, currency="EUR", country=""):
    """The rows of a file of ours; a sentence for a record that is left out."""
    with (FILES / name).open("rb") as file:
        said = header(file)
        file.seek(0)
        defaults = Defaults(said.text("DefaultCurrencyCode"), said.text("DefaultPriceType"))
        return [_row(product.record, Market(currency, country, TODAY), defaults) for product in products(file)]


def _row(record, market, defaults=Defaults()):
    try:
        return row_from(record, 1, market, defaults)
    except BadRow as error:
        return str(error)


def record(inside, *, notification="03"):
    return f"<Product><RecordReference>r</RecordReference><NotificationType>{notification}</NotificationType>{inside}</Product>"


def price(told):
    """:param told: type, amount, currency, and more as XML."""
    kind, amount, currency, *more = told.split(" ", 3)
    return (
        f"<Price><PriceType>{kind}</PriceType><PriceAmount>{amount}</PriceAmount>"
        f"<CurrencyCode>{currency}</CurrencyCode>{''.join(more)}</Price>"
    )


def priced(*prices):
    return f"<ProductSupply><SupplyDetail>{''.join(prices)}</SupplyDetail></ProductSupply>"


def read(text, **options):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(products(io.BytesIO(raw), **options))


def one(inside, *, country=""):
    (product,) = read(f"{HEAD}{record(inside)}</ONIXMessage>")
    return _row(product.record, Market("EUR", country, TODAY))


def test_a_full_record_in_reference_tags():
    book, edited, ebook = rows_of("anglo-3.0-reference.xml")
    assert book._asdict() == {
        "number": 1,
        "isbn13": "9781948372602",
        "title": "The Salt & the Lamp",
        "subtitle": "A Story of Two Coasts",
        "series": "The Lightkeepers",
        "series_number": "2",
        "authors": ["Miriam Hale"],
        "contributors": [{"name": "Ada Okafor", "role": "A12"}, {"name": "Jon Tolk", "role": "B06"}],
        "first_published": 2019,
        "language": "en",
        "price": Decimal("13.50"),
        "currency": "EUR",
        "publisher": "Harbour Lane",
        "imprint_of": "Harbour Lane Books Ltd",
        "pages": 312,
        "format": "paperback",
        "description": "Two sisters keep one light.\n\nNeither of them sleeps.",
        "categories": (("Fiction", "Literary"),),
        "copies": 0,
        "shelf": "",
        "retire": False,
    }
    assert (edited.isbn13, edited.authors, edited.price) == ("9781948372619", ["Ruth Amsel"], Decimal("24"))
    assert (edited.subtitle, edited.series, edited.description) == ("", "", None)
    assert "digital" in ebook


def test_short_tags_in_latin_1_with_fixed_prices_of_countries():
    book, swiss, wrong = rows_of("german-3.0-short-latin-1.xml", country="DE")
    assert (book.title, book.authors, book.language) == ("Der grüne Fluß", ["Jörg von der Heide"], "de")
    assert (book.series, book.series_number, book.publisher) == ("Kleine Bibliothek", "7", "Verlag Weißdorn")
    assert book.description == "Ein Fluß, grün & still.\n\nEr fließt."
    assert book.categories == (("Fiction",), ("Children and Teenagers",))
    assert book.price == Decimal("22.00")
    assert (
        swiss
        == "None of its 1 prices (CHF) is one in EUR that a reader pays today in DE, tax included or with its rate."
    )
    assert "is no ISBN" in wrong
    assert [rows_of("german-3.0-short-latin-1.xml", country=c)[0].price for c in ("AT", "")] == [
        Decimal("22.70"),
        Decimal("22.00"),
    ]
    assert rows_of("german-3.0-short-latin-1.xml", currency="CHF")[0].price == Decimal("31.90")


def test_no_namespace_and_a_price_without_its_tax():
    (book,) = rows_of("french-3.0-no-namespace.xml")
    assert (book.title, book.authors) == ("L’Heure bleue", ["Élise Vasseur", "Atelier Nord"])
    assert (book.price, book.description) == (Decimal("18.00"), "Avant l’aube, & après.")


def test_updates_deletions_and_withdrawals_of_3_1():
    update, deletion, withdrawn, unknown, test = rows_of("university-3.1-updates.xml")
    assert (update.price, update.title, update.authors, update.retire) == (Decimal("45.00"), None, None, False)
    assert deletion.retire and withdrawn.retire
    assert (unknown.title, unknown.price) == (None, Decimal("45.00"))
    assert test == "It is a test record, as it says itself."


@pytest.mark.parametrize(
    ("prices", "chosen"),
    [
        (["02 10.00 EUR", "04 11.00 EUR"], "11.00"),
        (["01 10.00 EUR"], None),
        (["01 10.00 EUR <Tax><TaxRateCode>Z</TaxRateCode></Tax>"], "10.00"),
        (["02 10.00 EUR <PriceDate><PriceDateRole>15</PriceDateRole><Date>20261120</Date></PriceDate>"], None),
        (["02 10.00 EUR <PriceDate><PriceDateRole>14</PriceDateRole><Date>20261121</Date></PriceDate>"], "10.00"),
        (["02 9.00 EUR <Territory><CountriesExcluded>DE</CountriesExcluded></Territory>", "02 10.00 EUR"], "10.00"),
        (["02 100000000.00 EUR"], None),
        (["02 -1.00 EUR"], None),
        (["05 3.00 EUR", "02 ten EUR"], None),
        (["04 0.00 EUR", "02 10.00 EUR"], "10.00"),
    ],
)
def test_which_price_is_taken(prices, chosen):
    row = one(ISBN + priced(*map(price, prices)), country="DE")
    assert str(row.price) == chosen if chosen else "None of its" in row


@pytest.mark.parametrize("prices", [["02 0.00 EUR"], ["02 0.004 EUR", "05 3.00 EUR"]])
def test_what_costs_nothing_is_left_out(prices):
    assert one(ISBN + priced(*map(price, prices))).startswith("Its price is 0: what is free of charge")


@pytest.mark.parametrize(
    ("roles", "authors", "others"),
    [
        (["A01", "A01", "B06"], ["P0", "P1"], ["P2 B06"]),
        (["B01", "A01", "A12"], ["P1"], ["P0 B01", "P2 A12"]),
        (["A01 A12", "A02"], ["P0", "P1"], ["P0 A12", "P1 A02"]),
        (["A12", "A07"], ["P1"], ["P0 A12", "P1 A07"]),
        (["B01", "A24", "B01"], ["P0", "P2"], ["P0 B01", "P1 A24", "P2 B01"]),
        (["A12", "B06"], ["P0"], ["P0 A12", "P1 B06"]),
        (["B06", "A23", "rubbish"], None, ["P0 B06", "P1 A23"]),
        ([], None, None),
    ],
)
def test_who_is_an_author_and_who_made_it_otherwise(roles, authors, others):
    made = "".join(
        f"<Contributor><SequenceNumber>{n}</SequenceNumber>"
        + "".join(f"<ContributorRole>{role}</ContributorRole>" for role in of.split())
        + f"<PersonName>P{n}</PersonName></Contributor>"
        for n, of in enumerate(roles)
    )
    row = one(f"{ISBN}<DescriptiveDetail>{made}</DescriptiveDetail>")
    told = row.contributors and [f"{each['name']} {each['role']}" for each in row.contributors]
    assert (row.authors, told) == (authors, others)


@pytest.mark.parametrize(
    ("publishing", "name", "imprint_of"),
    [
        ("<Imprint><ImprintName>I</ImprintName></Imprint>", "I", None),
        ("<Publisher><PublisherName>P</PublisherName></Publisher>", "P", ""),
        (
            "<Imprint><ImprintName>P</ImprintName></Imprint><Publisher><PublisherName>P</PublisherName></Publisher>",
            "P",
            "",
        ),
        (
            "<Imprint><ImprintName>I</ImprintName></Imprint>"
            "<Publisher><PublishingRole>02</PublishingRole><PublisherName>Co</PublisherName></Publisher>"
            "<Publisher><PublishingRole>01</PublishingRole><PublisherName>P</PublisherName></Publisher>",
            "I",
            "P",
        ),
        ("", None, None),
    ],
)
def test_the_name_on_the_book_and_whose_imprint_it_is(publishing, name, imprint_of):
    row = one(f"{ISBN}<PublishingDetail>{publishing}</PublishingDetail>")
    assert (row.publisher, row.imprint_of) == (name, imprint_of)


@pytest.mark.parametrize(
    ("extents", "pages"),
    [
        (["07 330 03", "00 312 03"], 312),
        (["08 96 03"], 96),
        (["09 600 05"], None),
        (["00 many 03"], None),
        (["00 99999 03"], None),
    ],
)
def test_how_many_pages_it_has(extents, pages):
    inside = "".join(
        "<Extent><ExtentType>{}</ExtentType><ExtentValue>{}</ExtentValue><ExtentUnit>{}</ExtentUnit></Extent>".format(
            *extent.split()
        )
        for extent in extents
    )
    assert one(f"{ISBN}<DescriptiveDetail>{inside}</DescriptiveDetail>").pages == pages


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("", "It has no ISBN."),
        (ISBN.replace("602<", "603<"), "is no ISBN"),
        (ISBN.replace("9781948372602", "9790060115615"), "the number of printed music (ISMN)"),
        (ISBN.replace("9781948372602", "9790060115615").replace(">15<", ">03<"), "It has no ISBN."),
        (ISBN + ISBN.replace("9781948372602", "9781948372619"), "Its numbers name different books"),
        (ISBN + f"<DescriptiveDetail>{TITLE.replace('Emma', ' ')}</DescriptiveDetail>", "The title is missing."),
        (ISBN + f"<DescriptiveDetail>{TITLE.replace('Emma', 'x' * 301)}</DescriptiveDetail>", "longer than 300"),
        (
            ISBN
            + "<DescriptiveDetail><Language><LanguageRole>01</LanguageRole><LanguageCode>English</LanguageCode></Language>"
            + "</DescriptiveDetail>",
            "is no language code",
        ),
    ],
)
def test_a_record_that_breaks_a_rule_is_told_why(inside, reason):
    assert reason in one(inside)


def test_an_enormous_record_costs_itself_only_and_little_memory():
    huge = record(
        ISBN + "<CollateralDetail><TextContent><Text>" + "x" * 20_000_000 + "</Text></TextContent></CollateralDetail>"
    )
    raw = io.BytesIO(f"{HEAD}{huge}{record(ISBN)}</ONIXMessage>".encode())
    del huge
    tracemalloc.start()
    found = list(products(raw))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [bool(product.fault) for product in found] == [True, False]
    assert peak < 4 * LONGEST_RECORD


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "' + "&lol;" * 10 + '">]>'
    '<ONIXMessage release="3.0"><Product>&lol2;</Product></ONIXMessage>'
)
OUTSIDE = (
    '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    '<ONIXMessage release="3.0"><Product>&file;</Product></ONIXMessage>'
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
        (f"{HEAD}<Product>&eacute;</Product></ONIXMessage>", "undefined entity"),
        ("<html><body>Not found</body></html>", "no ONIX 3 message: it begins with <html>"),
        ('<ONIXMessage release="2.1"><Product/></ONIXMessage>', "This is ONIX 2.1"),
        ("<ONIXMessage><Product/></ONIXMessage>", "names no release"),
        ('<ONIXMessage xmlns="http://elsewhere.example/" release="3.0"/>', "no ONIX 3 message"),
        (f"{HEAD}</ONIXMessage>", "holds no product"),
        (f"{HEAD}{record(ISBN)}<Product><Record", "ends in the middle"),
        (f"{HEAD}{record(ISBN)}", "ends in the middle"),
        (f"{HEAD}<Product></Prod></ONIXMessage>", "The XML is broken"),
        (
            b'<?xml version="1.0" encoding="utf-8"?><ONIXMessage release="3.0"><Product>\xfc</Product></ONIXMessage>',
            "encoding",
        ),
        (b'<?xml version="1.0" encoding="klingon"?><ONIXMessage release="3.0"/>', "encoding"),
        (f"{HEAD}<Product a='{'x' * 2_000_000}'/></ONIXMessage>", "A tag is longer"),
        (f"{HEAD}<Product>{'<a>' * 100}", "more than 60 deep"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_whole(text, reason):
    with pytest.raises(FileRefused, match=reason):
        read(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_reading_goes_on_behind_any_record(encoding):
    names = ["Ü" * n for n in (1, 300, 70_000, 5)]
    body = "".join(f"<Product><RecordReference>{name}</RecordReference></Product>\n" for name in names)
    raw = f'<?xml version="1.0" encoding="{encoding}"?>{HEAD}{body}</ONIXMessage>'.encode(encoding)
    found = read(raw)
    assert [product.record.text("RecordReference") for product in found] == names
    for place, product in enumerate(found):
        rest = read(raw, after=product.start)
        assert [p.record.text("RecordReference") for p in rest] == names[place + 1 :]
        assert [p.start for p in rest] == [p.start for p in found[place + 1 :]]
