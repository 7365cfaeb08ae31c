from django import template
from django.utils import timezone

from shop.orders import timeline
from shop.orders.models import Order

register = template.Library()


@register.inclusion_tag("orders/_line.html")
def order_line(order: Order, returned=None) -> dict:
    """This function will draw how far an order has come; it must have been read with its events."""
    return {"stages": timeline.stages(order, now=timezone.now(), returned=returned)}
