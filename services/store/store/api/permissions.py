"""The API is closed: the table of roles says what opens each door, and what it does not name nobody may enter."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from store.accounts.roles import API
from store.api.models import ServiceCredential


class Nobody(BasePermission):
    def has_permission(self, request, view) -> bool:
        return False


class ScopeOrStaff(BasePermission):
    """Services need the scope of their door for the method; staff may read where the door names a permission of theirs."""

    def has_permission(self, request, view) -> bool:
        door = API[request.resolver_match.view_name]
        if isinstance(request.auth, ServiceCredential):
            return door.scopes.get(request.method) in request.auth.scopes
        user = request.user
        may_read = request.method in SAFE_METHODS and user.is_authenticated and user.is_staff
        return bool(may_read and door.staff in user.get_group_permissions())
