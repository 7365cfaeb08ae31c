"""What a record of ONIX means for the catalogue. docs/imports.md tells readers the same."""

import re
from collections.abc import Sequence

from store.catalogue.isbn import MUSIC, to_isbn13
from store.catalogue.models import LATEST_YEAR, MOST_PAGES
from store.importing import formats, languages
from store.importing.onix.contributors import contributors_of
from store.importing.onix.prices import Defaults, Market, price_of
from store.importing.onix.subjects import categories_of
from store.importing.onix.texts import plain
from store.importing.onix.tree import Element
from store.importing.rows import BadRow, Row, require_short

# Code list 1. Anything else that is no test is read like an update: what the record lacks is left alone.
DELETE, TESTS = "05", ("88", "89")
# Code lists 64 and 65: it must not be sold. What is merely out of print we go on selling while we have copies.
NOT_TO_BE_SOLD = {"01": "cancelled", "11": "withdrawn", "12": "recalled", "15": "recalled", "17": "withdrawn"}
NOT_TO_BE_SUPPLIED = {"46": "withdrawn", "49": "recalled"}
ISBN_10, GTIN_13, ISBN_13 = "02", "03", "15"  # code list 5
DISTINCTIVE_TITLE, PRODUCT, COLLECTION = "01", "01", "02"  # code lists 15 and 149
TEXT_LANGUAGE = "01"  # code list 22
DESCRIPTION, SHORT_DESCRIPTION = "03", "02"  # code list 153
FOR_READERS = ("", "00", "03")  # code list 154: unrestricted, and end customers
FIRST_PUBLISHED = "11"  # code list 163
MAIN_PUBLISHER = "01"  # code list 45
PAGES = "03"  # code list 24
EXTENTS = ("00", "11", "05", "07", "06", "08")  # code list 23: the pages that are read, else all that are bound
DIGITAL = ("E", "L", "AJ", "VJ")  # code list 150: what has no copies on a shelf


def reference_of(record: Element) -> str:
    """How the sender calls the record, for those who have to find it."""
    return record.text("RecordReference")[:100]


def row_from(record: Element, number: int, market: Market, defaults: Defaults) -> Row:
    """:raises BadRow: for the first rule the record breaks."""
    notification = record.text("NotificationType")
    if notification in TESTS:
        raise BadRow("It is a test record, as it says itself.")
    isbn13 = _isbn13(record)
    if notification == DELETE or _is_not_to_be_sold(record):
        return Row(number=number, isbn13=isbn13, retire=True)
    form = record.text("DescriptiveDetail", "ProductForm")
    if form.startswith(DIGITAL):
        raise BadRow(f"It is digital (product form {form}): there is no copy to put on a shelf.")
    title, subtitle, series, series_number = _titles(record)
    authors, contributors = contributors_of(record)
    publisher, imprint_of = _publisher(record)
    price = price_of(record, market, defaults)
    return Row(
        number=number,
        isbn13=isbn13,
        title=title,
        subtitle=subtitle,
        series=series,
        series_number=series_number,
        authors=authors,
        contributors=contributors,
        first_published=_year(record),
        language=_language(record),
        price=price,
        currency=None if price is None else market.currency,
        publisher=publisher,
        imprint_of=imprint_of,
        pages=_pages(record),
        description=_description(record),
        format=_format(form),
        categories=categories_of(record),
    )


def _isbn13(record: Element) -> str:
    """:raises BadRow: also if two numbers of the record name different books."""
    found: dict[str, str] = {}
    for identifier in record.all("ProductIdentifier"):
        kind, value = identifier.text("ProductIDType"), identifier.text("IDValue")
        if kind in (ISBN_10, ISBN_13) or (kind == GTIN_13 and _is_of_a_book(value)):
            try:
                found[to_isbn13(value)] = value
            except ValueError as error:
                raise BadRow(str(error)) from None
    if len(found) > 1:
        raise BadRow(f"Its numbers name different books: {', '.join(found.values())[:80]}.")
    if not found:
        raise BadRow("It has no ISBN.")
    return next(iter(found))


def _is_of_a_book(gtin: str) -> bool:
    return gtin.startswith(("978", "979")) and not gtin.startswith(MUSIC)


def _is_not_to_be_sold(record: Element) -> bool:
    status = record.text("PublishingDetail", "PublishingStatus")
    supplied = [s.text("ProductAvailability") for s in record.all("ProductSupply", "SupplyDetail")]
    return status in NOT_TO_BE_SOLD or bool(supplied) and all(code in NOT_TO_BE_SUPPLIED for code in supplied)


def _titles(record: Element) -> tuple[str | None, str | None, str | None, str | None]:
    """Title, subtitle, series and its number; all None if the record leaves the titles out."""
    details = [d for d in record.all("DescriptiveDetail", "TitleDetail") if d.text("TitleType") == DISTINCTIVE_TITLE]
    if not details:
        return None, None, None, None
    elements = details[0].all("TitleElement")
    own = [element for element in elements if element.text("TitleElementLevel") == PRODUCT] or elements[:1]
    title = _title(own[0]) if own else ""
    if not title:
        raise BadRow("The title is missing.")
    series, number = _series(record, elements)
    subtitle = own[0].text("Subtitle")
    require_short(title=title, subtitle=subtitle, series=series, series_number=number)
    return title, subtitle, series, number


def _title(element: Element) -> str:
    """A prefix is joined with a blank, except after an apostrophe: L’Étranger."""
    if title := element.text("TitleText"):
        return title
    prefix, rest = element.text("TitlePrefix"), element.text("TitleWithoutPrefix")
    return f"{prefix}{'' if prefix.endswith(('’', chr(39), '-')) else ' '}{rest}".strip()


def _series(record: Element, elements: Sequence[Element]) -> tuple[str, str]:
    for collection in record.all("DescriptiveDetail", "Collection"):
        of_collection = collection.all("TitleDetail", "TitleElement")
        if name := next((_title(e) for e in of_collection if e.text("TitleElementLevel") == COLLECTION), ""):
            parts = [element.text("PartNumber") for element in (*of_collection, *elements)]
            sequence = collection.text("CollectionSequence", "CollectionSequenceNumber")
            return name, next((part for part in parts if part), sequence)
    return "", ""


def _format(form: str) -> str | None:
    try:
        return formats.normal(form) or None
    except ValueError:
        return None


def _year(record: Element) -> int | None:
    for published in record.all("PublishingDetail", "PublishingDate"):
        year = published.text("Date")[:4]
        if published.text("PublishingDateRole") == FIRST_PUBLISHED and re.fullmatch(r"\d{4}", year, re.ASCII):
            return min(int(year), LATEST_YEAR)
    return None


def _language(record: Element) -> str | None:
    for language in record.all("DescriptiveDetail", "Language"):
        if language.text("LanguageRole") == TEXT_LANGUAGE:
            try:
                return languages.normal(language.text("LanguageCode"))
            except ValueError as error:
                raise BadRow(str(error)) from None
    return None


def _publisher(record: Element) -> tuple[str | None, str | None]:
    """The name on the book, which is the imprint's, and the publisher it is an imprint of; None for what is not told."""
    imprint = record.text("PublishingDetail", "Imprint", "ImprintName")
    publishers = record.all("PublishingDetail", "Publisher")
    main = [each for each in publishers if each.text("PublishingRole") in ("", MAIN_PUBLISHER)] or publishers
    publisher = main[0].text("PublisherName") if main else ""
    require_short(publisher=imprint or publisher, imprint_of=publisher)
    if not (imprint and publisher):
        return imprint or publisher or None, "" if publisher else None
    return imprint, "" if imprint == publisher else publisher


def _pages(record: Element) -> int | None:
    found = {
        extent.text("ExtentType"): int(extent.text("ExtentValue"))
        for extent in record.all("DescriptiveDetail", "Extent")
        if extent.text("ExtentUnit") == PAGES and re.fullmatch(r"[1-9]\d{0,4}", extent.text("ExtentValue"), re.ASCII)
    }
    pages = next((found[kind] for kind in EXTENTS if kind in found), None)
    return pages if pages is None or pages <= MOST_PAGES else None


def _description(record: Element) -> str | None:
    texts = [
        content
        for content in record.all("CollateralDetail", "TextContent")
        if any(audience.raw_text in FOR_READERS for audience in content.all("ContentAudience"))
        or not content.has("ContentAudience")
    ]
    for kind in (DESCRIPTION, SHORT_DESCRIPTION):
        for content in texts:
            if content.text("TextType") == kind and (text := next(map(plain, content.all("Text")), "")):
                require_short(description=text)
                return text
    return None
