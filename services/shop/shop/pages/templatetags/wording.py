from django import template

from shop.pages import wording

register = template.Library()

register.filter("money", wording.money)
register.filter("percent", wording.percent)
register.filter("browser", wording.browser)


@register.filter
def counted(number: int, one: str) -> str:
    """:param one: the word for one; after a comma that for several, if it is not the same with an s."""
    return wording.counted(number, *one.split(","))
