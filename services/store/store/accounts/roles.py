"""Who may do what: the staff's groups. Nobody may delete anything of the warehouse."""

OWNERS, OFFICE, DISPATCHERS, KEEPERS = "Owners", "Office employees", "Dispatchers", "Stock keepers"

SEE = frozenset({"view"})
EDIT = frozenset({"view", "change"})
KEEP = frozenset({"view", "add", "change"})

# For orders: also those that must not be packed yet, because they are to be prepaid and are not.
EDIT_ALL = EDIT | {"see_unpaid"}

# (app, model) → what each group may do with it. "change" of an order means packing it.
ROLES: dict[str, dict[tuple[str, str], frozenset[str]]] = {
    OWNERS: {
        ("accounts", "user"): KEEP,
        ("auth", "group"): SEE,
        ("api", "servicecredential"): SEE,
        ("catalogue", "book"): KEEP,
        ("catalogue", "category"): KEEP,
        ("stock", "bookitem"): KEEP,
        ("stock", "ledgerline"): SEE,
        ("stock", "stocklevel"): SEE,
        ("orders", "order"): EDIT_ALL,
        ("holds", "hold"): SEE,
        ("importing", "importrun"): KEEP,
    },
    OFFICE: {
        ("catalogue", "book"): KEEP,
        ("catalogue", "category"): KEEP,
        ("stock", "bookitem"): KEEP,
        ("stock", "ledgerline"): SEE,
        ("stock", "stocklevel"): SEE,
        ("orders", "order"): EDIT_ALL,
        ("holds", "hold"): SEE,
        ("importing", "importrun"): KEEP,
    },
    DISPATCHERS: {
        ("catalogue", "book"): SEE,
        ("catalogue", "category"): SEE,
        ("stock", "bookitem"): EDIT,
        ("stock", "ledgerline"): SEE,
        ("stock", "stocklevel"): SEE,
        ("orders", "order"): EDIT,
    },
    KEEPERS: {
        ("catalogue", "book"): SEE,
        ("catalogue", "category"): SEE,
        ("stock", "bookitem"): KEEP,
        ("stock", "ledgerline"): SEE,
        ("stock", "stocklevel"): SEE,
    },
}
GROUP_OF_ROLE = {"owner": OWNERS, "office": OFFICE, "packer": DISPATCHERS, "keeper": KEEPERS}


def set_up(apps) -> None:
    """This function will make the groups with exactly the permissions of the table above.

    :param apps: Django's registry of apps, or a migration's historical one; what that does not have yet is left to a
        later migration.
    """
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    every = {(p.content_type.app_label, p.codename): p for p in Permission.objects.select_related("content_type").all()}
    for name, table in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(
            every[app, f"{verb}_{model}"]
            for (app, model), verbs in table.items()
            for verb in verbs
            if (app, f"{verb}_{model}") in every
        )
