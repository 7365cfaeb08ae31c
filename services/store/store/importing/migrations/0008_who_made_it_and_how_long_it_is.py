"""What a file says of who else made a book, of its imprint and its pages."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('importing', '0007_when_it_was_brought_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='stagedbook',
            name='contributors',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='stagedbook',
            name='imprint_of',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='stagedbook',
            name='pages',
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]
