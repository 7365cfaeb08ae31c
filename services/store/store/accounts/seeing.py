"""Fields of a row that are for some eyes only, in every place where the admin or the API shows, filters or searches them."""

from collections.abc import Collection, Mapping

from store.accounts.roles import FIELDS


def may_see(rights: Collection[str], model: str, name: str) -> bool:
    """Whether who has these rights may see a field.

    :param model: app.model, as the table has it. :param name: of the field, a column of the admin, or a key of the API.
    """
    return all(right in rights or name in names.split() for right, names in FIELDS.get(model, {}).items())


def seen_of(rights: Collection[str], model: str, row: Mapping[str, object]) -> dict[str, object]:
    """This function will leave out what they may not see."""
    return {name: value for name, value in row.items() if may_see(rights, model, name)}


class SomeEyesOnly:
    """For admins of models with such fields: columns, filters, searches and addresses all obey the same table."""

    def _seen(self, request, names) -> list:
        rights, model = request.user.get_group_permissions(), self.opts.label_lower
        return [name for name in names if may_see(rights, model, _plain(name))]

    def get_list_display(self, request):
        return self._seen(request, super().get_list_display(request))

    def get_list_filter(self, request):
        return self._seen(request, super().get_list_filter(request))

    def get_search_fields(self, request):
        return self._seen(request, super().get_search_fields(request))

    def lookup_allowed(self, lookup, value, request):
        """Who cannot see a field cannot feel their way to it by ?total__gt=10 either."""
        return bool(self._seen(request, [lookup])) and super().lookup_allowed(lookup, value, request)


def _plain(name) -> str:
    """The field that a filter, a search or a lookup is about."""
    if isinstance(name, tuple):
        name = name[0]
    elif isinstance(name, type):
        name = name.parameter_name
    return name.lstrip("=^@$").partition("__")[0]
