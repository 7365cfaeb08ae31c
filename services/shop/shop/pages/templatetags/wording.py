from django import template

from shop.pages import wording

register = template.Library()

register.filter("money", wording.money)
register.filter("percent", wording.percent)


@register.filter
def counted(number: int, one: str) -> str:
    return wording.counted(number, one)
