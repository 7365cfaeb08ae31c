"""What search engines may read of a book: schema.org in JSON-LD, which browsers keep as data and never run."""

import json

from shop.catalogue.models import Book
from shop.catalogue.neighbours import Beside
from shop.pages.addresses import absolute

FORMATS = {"hardback": "Hardcover", "paperback": "Paperback", "audio CD": "AudiobookFormat"}
# As in Django's json_script: no text of a book ends the script element.
UNSAFE_IN_HTML = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def book(of: Book, beside: Beside) -> str:
    """This function will answer JSON that may stand inside a script element as it is."""
    address = absolute(of.get_absolute_url())
    facts = {
        "@type": "Book",
        "@id": address,
        "url": address,
        "name": of.title,
        "alternativeHeadline": of.subtitle,
        "isbn": of.isbn13,
        "author": [{"@type": "Person", "name": name} for name in of.authors],
        "publisher": {"@type": "Organization", "name": of.publisher} if of.publisher else None,
        "isPartOf": {"@type": "BookSeries", "name": of.series} if of.series else None,
        "position": of.series_number,
        "inLanguage": of.language,
        "bookFormat": f"https://schema.org/{FORMATS[of.format]}" if of.format in FORMATS else None,
        "datePublished": f"{of.first_published:04}" if of.first_published and of.first_published > 0 else None,
        "description": of.description,
        "genre": [path[-1].said for path in beside.paths],
        "image": absolute(of.cover_large) if of.cover_large else None,
        "offers": None if of.is_retired else _offer(of, address),
        "aggregateRating": _rating(of),
    }
    graph = [_without_blanks(facts)]
    if beside.paths:
        graph.append(_way(of, beside, address))
    return json.dumps({"@context": "https://schema.org", "@graph": graph}).translate(UNSAFE_IN_HTML)


def _rating(of: Book) -> dict | None:
    rating = getattr(of, "rating", None)
    if not (rating and rating.count):
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": f"{rating.average:.1f}",
        "reviewCount": rating.count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _offer(of: Book, address: str) -> dict:
    return {
        "@type": "Offer",
        "url": address,
        "price": str(of.price_now),
        "priceCurrency": of.currency,
        "itemCondition": "https://schema.org/NewCondition",
        "availability": f"https://schema.org/{'InStock' if of.available else 'OutOfStock'}",
    }


def _way(of: Book, beside: Beside, address: str) -> dict:
    steps = [(each.said, absolute(each.address)) for each in beside.paths[0]] + [(of.title, address)]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _without_blanks(facts: dict) -> dict:
    return {name: value for name, value in facts.items() if value not in ("", None, [])}
