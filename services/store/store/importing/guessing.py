"""Which of our columns a file's header means, as far as its words tell. People see the guess and correct it."""

import re

# In the order of trying: what names our column best comes first.
WORDS = {
    "isbn13": "isbn13 isbn ean ean13 gtin gtin13 isbn10 barcode identifier",
    "title": "title booktitle name producttitle titel titre",
    "subtitle": "subtitle untertitel soustitre",
    "authors": "authors author contributors contributor creator writer autor auteur",
    "contributors": "contributors othercontributors mitwirkende",
    "series": "series seriestitle seriesname reihe collection",
    "series_number": "seriesnumber numberinseries volume bandnummer",
    "pages": "pages numberofpages pagecount seiten seitenzahl",
    "imprint_of": "imprintof",
    "first_published": "firstpublished originalpublicationyear publicationyear pubyear year",
    "language": "language languagecode lang sprache langue",
    "price": "price retailprice rrp listprice preis prix",
    "currency": "currency currencycode wahrung devise",
    "copies": "copies quantity qty stock numberofcopies bestand",
    "publisher": "publisher imprint publishername verlag editeur",
    "description": "description blurb summary synopsis annotation",
    "format": "format binding productform edition einband",
    "categories": "categories category subjects subject genre genres",
    "shelf": "shelf location bin regal",
}


def columns_guessed(cells: list[str]) -> list[str]:
    """This function will answer our name for each column, empty where nothing tells; none is named twice."""
    plain = [re.sub(r"[^a-z0-9]", "", cell.lower().replace("ä", "a").replace("é", "e")) for cell in cells]
    columns = [""] * len(cells)
    for name, words in WORDS.items():
        place = next(
            (plain.index(word) for word in words.split() if word in plain and not columns[plain.index(word)]), -1
        )
        if place >= 0:
            columns[place] = name
    return columns
