# SPDX-License-Identifier: EUPL-1.2
"""An issued letter is found again by the short code on its print."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("letters", "0003_find"),)
    operations = (
        migrations.AddField(
            model_name="issue", name="code", field=models.CharField(max_length=14, null=True, unique=True)
        ),
    )
