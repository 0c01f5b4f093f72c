from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chatapp", "0001_initial")]

    operations = []
