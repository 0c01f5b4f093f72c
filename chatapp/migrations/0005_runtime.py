from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chatapp", "0004_review")]

    operations = [
        migrations.AddField(
            model_name="turn",
            name="steers",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="reminders",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="output_schema",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="tool",
            name="needs_review",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="tool",
            name="approved",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
