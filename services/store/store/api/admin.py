from django.contrib import admin

from store.admin_site import OnlyToLookAt
from store.api.models import ServiceCredential


@admin.register(ServiceCredential)
class ServiceCredentialAdmin(OnlyToLookAt, admin.ModelAdmin):
    """Credentials are made and changed by commands, so that no person ever holds a token."""

    list_display = ["name", "scopes", "created_at", "expires_at"]
    ordering = ["name", "-created_at"]
    fields = ["name", "scopes", "created_at", "expires_at"]
