from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http.request import split_domain_port

register = template.Library()


@register.simple_tag(takes_context=True)
def live_address(context, order=None) -> str:
    """This function will answer where the page's stream is: of one order, or of all that are the visitor's."""
    request = context["request"]
    asked = {"order": order.number} if order else {}
    if order and request.GET.get("key"):  # for browsers that keep no cookie
        asked["key"] = order.link_token
    return f"{_place(request)}/sse/orders/{'?' if asked else ''}{urlencode(asked)}"


@register.simple_tag(takes_context=True)
def live_at(context, path: str) -> str:
    """This function will answer where the process of what stays open has this path; a websocket's has another scheme."""
    return f"{_place(context['request'])}{path}"


def _place(request) -> str:
    """Empty where it is at the page's own address."""
    return f"http://{split_domain_port(request.get_host())[0]}:{settings.LIVE_PORT}" if settings.LIVE_PORT else ""
