"""The groups of staff. After every later `migrate` they are set to the table again, see apps.py."""

from django.db import migrations

from shop.staff.groups import set_up


def make_groups(apps, schema_editor):
    set_up(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("accounts", "0003_address_book"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contact", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("outbox", "0003_owners_act"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
