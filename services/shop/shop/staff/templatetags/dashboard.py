from django import template
from django.utils import timezone

from shop.staff.dashboard import dashboard_for

register = template.Library()


@register.inclusion_tag("admin/staff/dashboard.html", takes_context=True)
def dashboard(context) -> dict:
    """The door of the admin's first page."""
    return {"page": dashboard_for(context["request"].user, now=timezone.now())}
