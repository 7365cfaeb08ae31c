from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0003_catalogue_turns'),
    ]

    operations = [
        migrations.AddField(
            model_name='login',
            name='scope',
            field=models.CharField(blank=True, db_default='', default='', help_text='What it is for; empty: all that its person may.', max_length=500),
        ),
    ]
