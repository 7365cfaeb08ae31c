"""The API is closed: a view says which scope opens it, or nobody may enter."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from store.api.models import ServiceCredential


class Nobody(BasePermission):
    def has_permission(self, request, view) -> bool:
        return False


class ScopeOrStaff(BasePermission):
    """Services need the scope in the view's `scopes` for the method; staff may read with its `staff_permission`."""

    def has_permission(self, request, view) -> bool:
        if isinstance(request.auth, ServiceCredential):
            return view.scopes.get(request.method) in request.auth.scopes
        user = request.user
        may_read = request.method in SAFE_METHODS and getattr(view, "staff_permission", None)
        return bool(may_read and user.is_authenticated and user.is_staff and user.has_perm(view.staff_permission))
