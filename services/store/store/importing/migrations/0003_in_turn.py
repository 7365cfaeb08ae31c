"""Staged records are brought in by their numbers, from where the import's row says; none is deleted one by one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("importing", "0002_groups")]

    operations = [
        migrations.RemoveIndex("stagedbook", "staged_to_do"),
        migrations.AddField("importrun", "done_outcome", models.CharField(blank=True, default="", max_length=10)),
        migrations.AddField("importrun", "done_number", models.PositiveIntegerField(default=0)),
        migrations.AddField("stagedbook", "owed", models.PositiveIntegerField(default=0)),
        migrations.AddIndex(
            "stagedbook",
            models.Index(
                condition=models.Q(outcome__in=("changed", "copies", "new", "retired")),
                fields=["run_id", "outcome", "number"],
                name="staged_in_turn",
            ),
        ),
    ]
