"""Numbers and times in the words that shoppers read."""

from datetime import datetime
from decimal import Decimal

from django.conf.locale import LANG_INFO

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
# Nobody pays parts of these, whatever ISO 4217 says of some.
WHOLE_UNITS = frozenset("CLP HUF IRR IRT ISK JPY KRW PYG RWF TWD UGX VND VUV XAF XOF XPF".split())
TWO_LETTERS = {
    "eng": "en",
    "en-US": "en",
    "en-GB": "en-gb",
    "en-CA": "en",
    "fre": "fr",
    "fra": "fr",
    "ger": "de",
    "deu": "de",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "dut": "nl",
    "nld": "nl",
    "ara": "ar",
    "per": "fa",
    "jpn": "ja",
    "rus": "ru",
    "pol": "pl",
    "dan": "da",
    "nor": "nb",
    "swe": "sv",
    "tur": "tr",
    "ind": "id",
    "fil": "tl",
    "rum": "ro",
}
# What Django has no translation into.
OTHER_LANGUAGES = {
    "zh": "Chinese",
    "chi": "Chinese",
    "zho": "Chinese",
    "la": "Latin",
    "lat": "Latin",
    "sa": "Sanskrit",
    "san": "Sanskrit",
    "grc": "Ancient Greek",
    "yi": "Yiddish",
    "oc": "Occitan",
    "mul": "Several languages",
}
# In this sequence: a browser names those it wants to be taken for as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
}
BROWSERS |= {"CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "a Mac"}
SYSTEMS |= {"CrOS": "a Chromebook", "Linux": "Linux"}
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


def money(amount: Decimal, currency: str) -> str:
    """This function will write an amount as €12.50, or with the code of a currency whose sign is not common.

    Currencies without parts have no decimals: JPY 1,250.
    """
    if currency in WHOLE_UNITS and amount == int(amount):
        return f"{currency}\N{NO-BREAK SPACE}{amount:,.0f}"
    sign = SIGNS.get(currency)
    return f"{sign}{amount:,.2f}" if sign else f"{currency}\N{NO-BREAK SPACE}{amount:,.2f}"


def percent(number: Decimal) -> str:
    """This function will write 7.00 as 7 %, and 33.30 as 33.3 %."""
    return f"{number.normalize():f}\N{NO-BREAK SPACE}%"


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ago(then: datetime, *, now: datetime) -> str:
    """This function will say how long ago something was: "just now", "2 minutes ago", "3 days ago"."""
    seconds = int((now - then).total_seconds())
    if seconds < MINUTE_S:
        return "just now"
    for size, word in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        if seconds >= size:
            return f"{counted(seconds // size, word)} ago"
    raise AssertionError("A minute or more is at least one minute.")


def year(number: int | None) -> str:
    if number is None:
        return ""
    return str(number) if number > 0 else f"{-number} BC"


def language(code: str) -> str:
    """This function will name a language by its code of two letters, or of three as book data have it."""
    if code in OTHER_LANGUAGES:
        return OTHER_LANGUAGES[code]
    info = LANG_INFO.get(TWO_LETTERS.get(code, code.lower()), {})
    return info.get("name", code)


def browser(user_agent: str) -> str:
    """This function will say what a browser calls itself in a few words: "Firefox on Windows"."""
    name = next((name for sign, name in BROWSERS.items() if f"{sign}/" in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return " on ".join(part for part in (name, system) if part) or user_agent[:60] or "unknown"
