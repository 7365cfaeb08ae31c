import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('api', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('mark', models.CharField(help_text='A keyed hash of who asked, and the key.', max_length=64, primary_key=True, serialize=False)),
                ('fingerprint', models.CharField(help_text='Of what was asked.', max_length=64)),
                ('status', models.PositiveSmallIntegerField(help_text='Empty while it is being worked on.', null=True)),
                ('sealed', models.TextField(blank=True, help_text='Body and headers, which the key alone opens.')),
                ('ends_at', models.DateTimeField(db_index=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
