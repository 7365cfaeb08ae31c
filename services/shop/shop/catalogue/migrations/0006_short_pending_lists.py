"""A search reads the whole list of what waits to be put into an index, so that the list is kept short.

The indexes keep their content: only the setting changes, at once and whatever the size of the catalogue.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

NAMES = {"card_words": "words", "card_headings": "headings"}
PUT_IN = "SELECT gin_clean_pending_list('{}')"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0005_price_on_the_card")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [f"ALTER INDEX {name} SET (gin_pending_list_limit = 64)", PUT_IN.format(name)],
                    f"ALTER INDEX {name} RESET (gin_pending_list_limit)",
                )
                for name in NAMES
            ],
            state_operations=[
                operation
                for name, field in NAMES.items()
                for operation in (
                    migrations.RemoveIndex("indexcard", name),
                    migrations.AddIndex("indexcard", GinIndex(fields=[field], name=name, gin_pending_list_limit=64)),
                )
            ],
        )
    ]
