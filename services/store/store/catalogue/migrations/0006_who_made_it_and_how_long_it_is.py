"""Who else made a book, whose imprint stands on it, and how many pages it has."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0005_pictures_by_the_worker'),
    ]

    operations = [
        migrations.AddField(
            model_name='book',
            name='contributors',
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='book',
            name='imprint_of',
            field=models.CharField(blank=True, db_default='', default='', help_text='The publisher whose imprint that name is.', max_length=200),
        ),
        migrations.AddField(
            model_name='book',
            name='pages',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(32000)]),
        ),
        migrations.AlterField(
            model_name='book',
            name='publisher',
            field=models.CharField(blank=True, help_text="The name on the book: the imprint's, if it has one.", max_length=200),
        ),
    ]
