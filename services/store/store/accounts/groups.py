"""The groups in the database are what the table says, no less and no more."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

from store.accounts.roles import LETTERS, permissions


def set_up(apps) -> None:
    """This function will make the groups of the table and give each exactly its permissions.

    :param apps: Django's registry of apps, or a migration's historical one; a permission that is not there yet is given
        after the migration that brings it.
    """
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    group_model.objects.bulk_create([group_model(name=name) for name in LETTERS.values()], ignore_conflicts=True)
    keys = dict(group_model.objects.filter(name__in=LETTERS.values()).values_list("name", "pk"))
    known = permission_model.objects.values_list("content_type__app_label", "codename", "pk")
    by_name = {f"{app}.{codename}": key for app, codename, key in known}
    wanted = {
        (keys[group], by_name[name]) for name, groups in permissions().items() if name in by_name for group in groups
    }
    given = group_model.permissions.through
    there = {(row.group_id, row.permission_id): row.pk for row in given.objects.filter(group__in=keys.values())}
    given.objects.filter(pk__in=[pk for pair, pk in there.items() if pair not in wanted]).delete()
    given.objects.bulk_create(
        [given(group_id=group, permission_id=permission) for group, permission in sorted(wanted - there.keys())],
        ignore_conflicts=True,
    )


def after_migrate(sender, apps=installed, **details) -> None:
    """Permissions of all apps but the last one, `sender`, are there by now. `flush` tells no registry."""
    create_permissions(sender, apps=apps, verbosity=0)
    set_up(apps)
