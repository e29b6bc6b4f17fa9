# SPDX-License-Identifier: EUPL-1.2
"""When a consignment that could not be carried is tried again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("exchange", "0001_initial"),)
    operations = (migrations.AddField("consignment", "again_at", models.DateTimeField(null=True)),)
