"""Whether a copy was put into its box by its book's own code, so that a label may still say which one it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0010_shares'),
    ]

    operations = [
        migrations.AddField(
            model_name='allocation',
            name='by_isbn',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
