"""Fields of a row that are for some eyes only, in every place where the admin shows, filters or searches them."""

from fnmatch import fnmatch

from django.db.models import Model

from shop.accounts.models import User
from shop.staff.roles import FIELDS


def may_see(user: User, model: type[Model], name: str) -> bool:
    """Whether this person may see a field, or a column of the admin that is named so."""
    for permission, (kind, patterns) in FIELDS.get(model._meta.label_lower, {}).items():
        is_listed = any(fnmatch(name, pattern) for pattern in patterns.split())
        if is_listed != (kind == "only") and not user.has_perm(permission):
            return False
    return True


class SomeEyesOnly:
    """For admins of models with such fields: columns, fields, filters, searches and addresses all obey the same table."""

    def _seen(self, request, names) -> list:
        return [name for name in names if may_see(request.user, self.model, _plain(name))]

    def get_fields(self, request, obj=None):
        return self._seen(request, super().get_fields(request, obj))

    def get_list_display(self, request):
        return self._seen(request, super().get_list_display(request))

    def get_list_filter(self, request):
        return self._seen(request, super().get_list_filter(request))

    def get_search_fields(self, request):
        return self._seen(request, super().get_search_fields(request))

    def lookup_allowed(self, lookup, value, request):
        """Who cannot see a field cannot feel their way to it by ?field__startswith=a either."""
        return may_see(request.user, self.model, _plain(lookup)) and super().lookup_allowed(lookup, value, request)


def _plain(name) -> str:
    """The field that a filter, a search or a lookup is about."""
    if isinstance(name, tuple):
        name = name[0]
    elif isinstance(name, type):
        name = name.parameter_name
    return name.lstrip("=^@$").partition("__")[0]
