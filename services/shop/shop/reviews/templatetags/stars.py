from django import template

register = template.Library()

WIDTH = 20  # of one star, in its own units


@register.inclusion_tag("reviews/_stars.html")
def stars(number: float) -> dict:
    """This function will draw up to five stars, the last one in part, and say the number to who cannot see them."""
    fills = [max(0, min(WIDTH, round(WIDTH * (number - place)))) for place in range(5)]
    return {"spoken": f"{number:.1f}".removesuffix(".0"), "fills": fills}
